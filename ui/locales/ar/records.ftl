# أسماء السجلات وحقولها وقيمها: ‎kind‎ و‎kind-field‎ و‎kind-field-value‎.

## مستخدم

user = مستخدم
user-name = الاسم
user-phone = الهاتف
user-email = البريد الإلكتروني
user-role = الدور
user-role-admin = مسؤول النظام
user-role-manager = مدير
user-role-back-office = المكتب الخلفي
user-role-rep = مندوب
user-role-auditor = مدقّق

## منطقة

territory = منطقة
territory-name = اسم المنطقة
territory-city = المدينة

## عميل

customer = عميل
customer-name = الاسم
customer-territory = { territory }
customer-other-name = اسم آخر
customer-phone = الهاتف
customer-other-phone = هاتف آخر
customer-email = البريد الإلكتروني
customer-city = المدينة
customer-address = العنوان
customer-activity = النشاط
customer-latitude = خط العرض
customer-longitude = خط الطول
customer-tags = الوسوم
customer-language = لغة التواصل
customer-language-ar = العربية
customer-language-en = الإنجليزية
customer-status = الحالة
customer-status-active = نشط
customer-status-archived = مؤرشف
customer-owner = المندوب المسؤول
customer-reference = الرقم المرجعي
customer-remarks = نبذة

## ملاحظة

note = ملاحظة
note-customer = العميل
note-body = النص
note-author = الكاتب
note-written-at = وقت الكتابة

## زيارة

visit = زيارة
visit-customer = العميل
visit-rep = المندوب
visit-reason = سبب الزيارة
visit-report = التقرير
visit-events = الخطوات
visit-status = الحالة
visit-status-planned = مخطّطة
visit-status-checked-in = جارية
visit-status-checked-out = بانتظار التسليم
visit-status-submitted = بانتظار المراجعة
visit-status-approved = معتمدة
visit-status-returned = مُعادة للتعديل
visit-day = اليوم
visit-position = الترتيب
visit-checked-in-at = وقت الوصول
visit-checked-out-at = وقت المغادرة
visit-submitted-at = وقت التسليم
visit-grade = إثبات الحضور
visit-grade-verified = مؤكّد
visit-grade-doubtful = غير مؤكّد
visit-grade-out-of-radius = خارج النطاق
visit-distance = البعد عن موقع العميل
visit-comment = تعليق المدير
visit-changed-after-approval = عُدّلت بعد الاعتماد

## جولة

trip = جولة
trip-rep = المندوب
trip-day = اليوم
trip-zone = المنطقة الزمنية
trip-started-at = وقت البدء
trip-ended-at = وقت الانتهاء
trip-track = المسار
trip-pings = نقاط المسار
trip-metres = المسافة
trip-gaps = الانقطاعات
trip-simulated = محاكاة

## مهمة

task = مهمة
task-title = المهمة
task-customer = العميل
task-body = التفاصيل
task-assignee = المكلّف
task-due = تاريخ الاستحقاق
task-priority = الأولوية
task-priority-low = منخفضة
task-priority-normal = عادية
task-priority-high = عالية
task-done-at = وقت الإنجاز

## المرفق

attachment = مرفق
attachment-name = الاسم
attachment-customer = العميل
attachment-about = يخص
attachment-media = نوع الملف
attachment-size = الحجم
attachment-content = المحتوى
attachment-thumbnail = صورة مصغّرة
attachment-author = أضافه
attachment-taken-at = وقت الالتقاط

## الأنواع كما تُسمّى في قوائم مختلطة

kind-attachment = { attachment }
kind-user = { user }
kind-territory = { territory }
kind-customer = { customer }
kind-note = { note }
kind-visit = { visit }
kind-trip = { trip }
kind-task = { task }
