# كلمات الإطار المحيط بكل الشاشات.

app-name = ميدان
duration-both = { $hours } و{ $minutes }
duration-moment = أقل من دقيقة

## التنقّل

nav-main = التنقّل الرئيسي
nav-today = اليوم
nav-customers = العملاء
nav-trip = الجولة
nav-review = المراجعة
nav-sync = المزامنة
nav-import = استيراد
nav-settings = الإعدادات
nav-more = المزيد

not-found-title = لا توجد صفحة هنا
not-found-text = ربما نُقل الرابط أو كُتب ناقصًا. ارجع إلى شاشة اليوم أو ابحث عمّا تريد.
not-found-action = إلى شاشة اليوم

## الشريط العلوي

palette-open = بحث وأوامر

## زر الإضافة

add-button = جديد
add-title = ماذا تريد أن تضيف؟
add-customer = عميل جديد
add-visit = زيارة جديدة: اختر العميل
add-import = استيراد عملاء من ملف

## اختصارات لوحة المفاتيح

shortcuts-title = اختصارات لوحة المفاتيح
shortcut-palette = الانتقال أو البحث من أي مكان
shortcut-search = البحث في القائمة
shortcut-add = إضافة جديد
shortcut-move = التنقّل بين الأسطر
shortcut-open = فتح السطر المحدّد
shortcut-edit = تعديل
shortcut-close = إغلاق النافذة العليا أو إلغاء التعديل
shortcut-undo = التراجع عن آخر عملية
shortcut-help = عرض هذه القائمة

## ما يعرضه المتصفح

offer-update = نسخة جديدة من ميدان جاهزة. أكمل ما تكتبه ثم حدّث.
offer-update-take = تحديث الآن
offer-install = ثبّت ميدان ليعمل دون شبكة أيضًا.
offer-install-take = تثبيت
offer-install-decline = ليس الآن

## الرسائل القصيرة

toast-undo = تراجع
toast-close = إخفاء الرسالة
