# Strings of the shared components.

component-window = ميدان
component-close = إغلاق
component-back = رجوع
component-retry = أعد المحاولة
component-loading = جارٍ التحميل

inline-edit = { $label }: { $value }. اضغط للتعديل
inline-add = أضف
inline-none = بلا

sync-chip-open = حالة المزامنة: افتح ما ينتظر الإرسال
sync-chip-synced = متزامن
sync-chip-syncing = تجري المزامنة
sync-chip-pending =
    { FORM($count) ->
        [zero] لا شيء ينتظر
        [one] عنصر ينتظر الإرسال
        [two] عنصران ينتظران
        [few] { $count } عناصر تنتظر
        [many] { $count } عنصرًا ينتظر
       *[other] { $count } عنصر ينتظر
    }
sync-chip-receiving =
    { FORM($count) ->
        [zero] يستقبل البيانات
        [one] وصل سجل واحد
        [two] وصل سجلان
        [few] وصلت { $count } سجلات
        [many] وصل { $count } سجلًا
       *[other] وصل { $count } سجل
    }
sync-chip-offline = دون اتصال
sync-chip-offline-since = دون اتصال منذ { $when }
sync-chip-attention =
    { FORM($count) ->
        [zero] هناك ما يحتاج انتباهك
        [one] عنصر يحتاج انتباهك
        [two] عنصران يحتاجان انتباهك
        [few] { $count } عناصر تحتاج انتباهك
        [many] { $count } عنصرًا يحتاج انتباهك
       *[other] { $count } عنصر يحتاج انتباهك
    }
sync-chip-update = حدّث التطبيق
sync-chip-sign-in = سجّل الدخول ليستمر الإرسال
sync-chip-signed-out = لم تسجّل الدخول

map-empty = لا مواقع بعد. تظهر هنا حين يسجّلها الجهاز.
map-described = خريطة المسار: { FORM($points) ->
        [zero] بلا نقاط
        [one] نقطة واحدة
        [two] نقطتان
        [few] { $points } نقاط
        [many] { $points } نقطة
       *[other] { $points } نقطة
    }، { FORM($pins) ->
        [zero] بلا علامات
        [one] علامة واحدة
        [two] علامتان
        [few] { $pins } علامات
        [many] { $pins } علامة
       *[other] { $pins } علامة
    }

palette-title = اذهب أو ابحث أو أنشئ
palette-placeholder = ابحث عن عميل أو صفحة…
palette-none = لا نتيجة. جرّب جزءًا من الاسم أو آخر أرقام الهاتف.
palette-group-customers = العملاء
palette-group-go = اذهب إلى
palette-group-create = أنشئ
palette-today = اليوم
palette-today-words = today زيارات اليوم المهام visits tasks
palette-customers = العملاء
palette-customers-words = customers الزبائن clients
palette-new-customer = عميل جديد
palette-new-customer-words = new customer إضافة زبون create add
palette-trip = الجولة
palette-trip-words = trip الجولة الوردية المسار shift route gps
palette-review = المراجعة
palette-review-words = review اعتماد الزيارات approve
palette-sync = المزامنة
palette-sync-words = sync الإرسال الانتظار queue outbox
palette-conflicts = التعارضات
palette-conflicts-words = conflicts قيمتان clashes
palette-import = استيراد العملاء
palette-import-words = import csv excel ملف
palette-settings = الإعدادات
palette-settings-words = settings اللغة الأرقام التقويم المظهر language theme digits calendar
