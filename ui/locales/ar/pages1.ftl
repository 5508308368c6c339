# الدخول واليوم والعملاء وصفحة العميل وعميل جديد.

page-show-more = عرض المزيد
page-someone = شخص ما
page-the-server = استيراد على الخادم
page-value-empty = فارغ
page-value-unknown = غير معروف
page-value-yes = نعم
page-value-no = لا

page-contact-call = اتصال
page-contact-whatsapp = رسالة واتساب
page-contact-navigate = الملاحة إلى الموقع

page-sign-in-title = الدخول إلى ميدان
page-sign-in-text = يحتاج تسجيل الدخول إلى الشبكة مرة واحدة، وبعدها يعمل كل شيء بدونها.
page-sign-in-offline = لا توجد شبكة الآن. اتصل بشبكة واي فاي أو ببيانات الهاتف ثم سجّل الدخول.
page-sign-in-cut-off = أوقف مسؤول النظام هذا الجهاز
page-sign-in-cut-off-text = أُزيلت بياناتك منه في { $when }.
page-sign-in-cut-off-handed =
    { FORM($count) ->
        [zero] لم يبقَ عليه عمل لم يُرسَل.
        [one] سُلّم إلى مسؤول النظام تعديل واحد لم يكن قد أُرسل. سيظهر في سجلاتك بعد أن يقبله؛ اسأله قبل أن تُدخله من جديد.
        [two] سُلّم إلى مسؤول النظام تعديلان لم يكونا قد أُرسلا. سيظهران في سجلاتك بعد أن يقبلهما؛ اسأله قبل أن تُدخلهما من جديد.
        [few] سُلّمت إلى مسؤول النظام { $count } تعديلات لم تكن قد أُرسلت. ستظهر في سجلاتك بعد أن يقبلها؛ اسأله قبل أن تُدخلها من جديد.
        [many] سُلّم إلى مسؤول النظام { $count } تعديلًا لم تكن قد أُرسلت. ستظهر في سجلاتك بعد أن يقبلها؛ اسأله قبل أن تُدخلها من جديد.
       *[other] سُلّم إلى مسؤول النظام { $count } تعديل لم تكن قد أُرسلت. ستظهر في سجلاتك بعد أن يقبلها؛ اسأله قبل أن تُدخلها من جديد.
    }
page-sign-in-cut-off-next = لتعمل على هذا الجهاز، اطلب من مسؤول النظام إعادة تفعيله ثم سجّل الدخول هنا، أو سجّل الدخول من جهاز آخر.
page-sign-in-server = الخادم
page-sign-in-server-hint = العنوان الذي أعطته لك شركتك.
page-sign-in-login = اسم المستخدم
page-sign-in-password = كلمة المرور
page-sign-in-submit = تسجيل الدخول
page-sign-in-trying = جارٍ تسجيل الدخول…
page-sign-in-other-language = English

page-today-title = اليوم
page-today-stops = الزيارات
page-today-progress = أُنجز { $done } من { $total }
page-today-locate = إظهار المسافات من مكاني
page-today-add-stop = إضافة زيارة
page-today-stop-added = أُضيف { $name } إلى قائمة اليوم
page-today-empty = لا زيارات مخططة اليوم
page-today-empty-text = أضف العملاء الذين تريد زيارتهم بالترتيب الذي تختاره.
page-today-check-in = تسجيل الوصول
page-today-continue = متابعة
page-today-open = فتح
page-today-returned =
    { FORM($count) ->
        [zero] لا زيارات معادة إليك
        [one] أُعيدت إليك زيارة واحدة
        [two] أُعيدت إليك زيارتان
        [few] أُعيدت إليك { $count } زيارات
        [many] أُعيدت إليك { $count } زيارة
       *[other] أُعيدت إليك { $count } زيارة
    }
page-today-pick-customer = العميل
page-today-pick-none = لا عميل بهذا الوصف. جرّب جزءًا من الاسم أو من رقم الهاتف.
page-today-tasks = المهام
page-today-tasks-empty = لا مهام مستحقة
page-today-tasks-empty-text = تظهر المهام هنا في يومها. أضف مهمة حتى لا يُنسى شيء.
page-today-tasks-later =
    { FORM($count) ->
        [zero] لا مهام لاحقة
        [one] مهمة لاحقة واحدة
        [two] مهمتان لاحقتان
        [few] { $count } مهام لاحقة
        [many] { $count } مهمة لاحقة
       *[other] { $count } مهمة لاحقة
    }
page-today-task-finish = وضع علامة «تمّت»
page-today-task-done = تمّت المهمة
page-today-task-is-done = تمّت
page-today-add-task = إضافة مهمة
page-today-task-save = حفظ المهمة
page-today-other-customer = اختيار عميل آخر
page-today-due-today = اليوم

page-customers-title = العملاء
page-customers-search = ابحث بالاسم أو الهاتف أو المدينة…
page-customers-filters = التصفية
page-customers-any-status = كل الحالات
page-customers-any-city = كل المدن
page-customers-any-activity = كل الأنشطة
page-customers-total =
    { FORM($count) ->
        [zero] لا عملاء
        [one] عميل واحد
        [two] عميلان
        [few] { $count } عملاء
        [many] { $count } عميلًا
       *[other] { $count } عميل
    }
page-customers-total-floor = أكثر من { $count } عميل
page-customers-new = عميل جديد
page-customers-import = استيراد
page-customers-clear = مسح البحث والتصفية
page-customers-none = لا عملاء بعد
page-customers-none-text = استورد قائمتك من ملف CSV أو أدخل أول عميل.
page-customers-none-found = لا عميل مطابق
page-customers-none-found-text = جرّب حروفًا أقل أو جزءًا من رقم الهاتف، أو امسح التصفية.
page-customers-pending = لم يُرسل بعد
page-customers-conflicted = على أحد أن يختار بين قيمتين

page-customer-title = العميل
page-customer-tab-overview = البيانات
page-customer-tab-timeline = الأحداث
page-customer-tab-notes = الملاحظات
page-customer-tab-visits = الزيارات
page-customer-tab-history = التغييرات
page-customer-pending = لم يُرسل بعد
page-customer-unsaved = لم يُحفظ بعد
page-customer-delete = حذف العميل
page-customer-deleted = حُذف العميل
page-customer-territory = المنطقة
page-customer-move = نقل…
page-customer-move-title = نقل إلى منطقة أخرى
page-customer-move-text = يخرج العميل من { $territory } ومعه كل ملاحظاته وزياراته ومهامه، ولن يراها بعد ذلك من يعمل في { $territory } وحدها.
page-customer-move-to = المنطقة الجديدة
page-customer-move-now = نقل
page-customer-moved = نُقل إلى { $territory }
page-customer-missing = هذا العميل غير موجود هنا
page-customer-missing-text = إما أنه حُذف أو أنه يتبع منطقة ليست من مناطقك.
page-customer-missing-back = كل العملاء

page-customer-conflicts = تعارضات
page-customer-conflicts-hint = غيّر شخصان الحقل نفسه في الوقت نفسه. تبقى القيمتان محفوظتين إلى أن تختار إحداهما.
page-customer-written-by = { $who }، { $when }

page-customer-timeline-empty = لم يحدث شيء بعد
page-customer-timeline-empty-text = تظهر هنا ملاحظات هذا العميل وزياراته ومهامه.
page-customer-visit = زيارة

page-customer-note = ملاحظة
page-customer-note-new = ملاحظة جديدة
page-customer-note-placeholder = ما قيل وما اتُّفق عليه…
page-customer-note-save = حفظ الملاحظة
page-customer-note-delete = حذف الملاحظة
page-customer-note-deleted = حُذفت الملاحظة
page-customer-notes-empty = لا ملاحظات بعد
page-customer-notes-empty-text = اكتب أول ملاحظة أعلاه، ويستطيع زملاؤك الإضافة إليها حتى دون شبكة.

page-customer-plan = تخطيط زيارة
page-customer-plan-day = يوم الزيارة
page-customer-visit-planned = خُطّطت الزيارة ليوم { $day }
page-customer-visits-empty = لا زيارات بعد
page-customer-visits-empty-text = خطّط زيارة ليوم، أو سجّل وصولك حين تكون هناك.
page-customer-check-in = تسجيل الوصول الآن
page-customer-pin-here = تثبيت موقعه هنا
page-customer-continue = متابعة الزيارة
page-customer-locating = جارٍ تحديد موقعك…
page-customer-check-in-no-position = لم يُعثر على موقعك. يُسجَّل الوصول بدونه.
page-customer-elsewhere = لست في مكان العميل
page-customer-elsewhere-text = تبعد { $distance } عن موقع العميل. اذكر السبب، وتُوسم الزيارة بذلك.
page-customer-elsewhere-reason = السبب
page-customer-check-in-anyway = تسجيل الوصول مع ذلك

page-customer-history-empty = لا تغييرات بعد
page-customer-history-empty-text = يظهر هنا كل تغيير ومن أجراه ومتى.
page-customer-history-restore = استعادة القيمة السابقة
page-customer-history-deleted = حُذف السجل
page-customer-history-restored = استُعيد السجل
page-customer-history-shortened = ما كان مسجّلًا عند اختصار التاريخ السابق

page-new-customer-title = عميل جديد
page-new-customer-name-missing = أدخل اسم العميل.
page-new-customer-territory = المنطقة
page-new-customer-here = أنا في مكان العميل
page-new-customer-pinned = سُجّل الموقع
page-new-customer-save = حفظ العميل
page-new-customer-similar = يوجد عملاء مشابهون:
