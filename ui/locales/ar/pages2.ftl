# الزيارة والجولة والمراجعة والمزامنة والتعارضات والإعدادات والاستيراد.

page-more = عرض المزيد
page-count = { $count }
page-simulated = موقع محاكى
page-size-bytes = { $size } بايت
page-size-kilobytes = { $size } ك.ب
page-size-megabytes = { $size } م.ب
page-size-gigabytes = { $size } ج.ب

## زيارة

page-visit-title = زيارة
page-visit-unknown = لا توجد زيارة كهذه
page-visit-unknown-text = الرابط غير سليم. افتح الزيارة من شاشة اليوم أو من صفحة العميل.
page-visit-of = هذه زيارة { $name }. يمكنك قراءتها هنا.
page-visit-steps = مراحل الزيارة
page-visit-manager-says = يقول مديرك:
page-visit-waits = سُلّمت الزيارة وهي بانتظار المدير؛ يمكنك متابعة عملك.

page-visit-check-in = تسجيل الوصول
page-visit-check-in-anyway = تسجيل الوصول دون موقع
page-visit-check-in-reason = تسجيل الوصول بهذا السبب
page-visit-locating = جارٍ تحديد موقعك…
page-visit-checked-in = سُجّل الوصول
page-visit-away = لست عند موقع العميل
page-visit-away-text = أنت على بعد { $distance } من موقع العميل على الخريطة. اذكر السبب؛ سيُسجَّل الوصول مع علامة.
page-visit-away-elsewhere = التقينا في مكان آخر
page-visit-away-moved = انتقل العميل إلى مكان آخر
page-visit-away-pin = موقعه على الخريطة خاطئ
page-visit-reason = السبب
page-visit-reason-said = السبب المذكور:
page-visit-check-out = تسجيل المغادرة
page-visit-submit = تسليم الزيارة
page-visit-submit-again = تسليم الزيارة من جديد
page-visit-submitted = سُلّمت الزيارة

page-visit-report = التقرير
page-visit-report-hint = ما قيل وما اتُّفق عليه وما شوهد…
page-visit-report-empty = لم يُكتب شيء.
page-visit-report-saved = محفوظ على هذا الجهاز
page-visit-report-saving = لم يُحفظ بعد…

page-visit-accuracy = الدقة { $accuracy }
page-visit-battery = البطارية { $percent }%
page-visit-mock = موقع مصطنع من تطبيق آخر
page-visit-why-no-fix = لم يجد الجهاز موقعًا.
page-visit-why-no-pin = لا يوجد للعميل موقع على الخريطة.
page-visit-why-far = أبعد من 200 متر عن موقع العميل.
page-visit-why-mock = الموقع اصطنعه تطبيق آخر.
page-visit-why-vague = دقة الموقع أضعف من 100 متر.
page-visit-why-old = مضى على الموقع أكثر من دقيقتين.
page-visit-why-clock = ساعة الجهاز خاطئة بأكثر من خمس دقائق.

page-visit-life = ما حدث
page-visit-life-planned = خُطّط لها ليوم { $day }
page-visit-life-checked-in = سُجّل الوصول
page-visit-life-checked-in-at = سُجّل الوصول على بعد { $distance } من موقع العميل
page-visit-life-checked-out = سُجّلت المغادرة
page-visit-life-submitted = سُلّمت
page-visit-life-approved = اعتُمدت
page-visit-life-returned = أُعيدت

## الجولات

page-trip-title = الجولة
page-trip-promise = يُسجَّل موقعك بين البدء والإيقاف فقط.
page-trip-keep-open = أبقِ ميدان مفتوحًا أثناء القيادة: هذا الجهاز لا يسجّل المواقع في الخلفية.
page-trip-start = بدء الجولة
page-trip-stop = إنهاء الجولة
page-trip-recording = جارٍ التسجيل
page-trip-waiting-fix = بانتظار أول موقع…
page-trip-last-fix = آخر موقع { $ago }، الدقة { $accuracy }
page-trip-distance = المسافة
page-trip-duration = المدة
page-trip-pings = نقاط المسار
page-trip-gaps = الانقطاعات
page-trip-gaps-text = الانقطاع فترة تزيد على عشر دقائق دون موقع، ولا تُحتسب ضمن المسافة.
page-trip-no-pings = لا مواقع بعد
page-trip-no-pings-text = يظهر المسار هنا مع أول موقع. تأكّد من تشغيل خدمة الموقع.
page-trip-none = لا جولات بعد
page-trip-latest = آخر جولة
page-trip-none-text = ابدأ جولة فيظهر مسارها ومسافتها هنا.
page-trip-earlier = جولات سابقة
page-trip-one = جولة
page-trip-pin-start = البداية
page-trip-pin-end = النهاية
page-trip-pin-now = الآن

## المراجعة

page-review-title = المراجعة
page-review-not-yours = المراجعة للمديرين
page-review-not-yours-text = تجد زياراتك والردود عليها في شاشة اليوم.
page-review-tab-submitted = بانتظار الرد
page-review-tab-returned = معادة
page-review-tab-approved = معتمدة
page-review-empty-submitted = لا شيء بانتظارك
page-review-empty-returned = لا زيارات معادة
page-review-empty-approved = لا زيارات معتمدة بعد
page-review-empty-text = تظهر الزيارات هنا عند وصولها، ومنها ما سُجّل دون اتصال.
page-review-choose = اختر زيارة
page-review-choose-text = من القائمة أو بالمفتاحين J وK.
page-review-changed = عُدّلت بعد الاعتماد
page-review-checked-in = الوصول
page-review-checked-out = المغادرة
page-review-submitted = التسليم
page-review-lasted = المدة
page-review-planned = اليوم المخطّط
page-review-unplanned = زيارة غير مخطّطة
page-review-actual = اليوم الفعلي
page-review-pin-customer = العميل
page-review-pin-fix = تسجيل الوصول
page-review-no-place = لا موقع للعميل ولا لتسجيل الوصول على الخريطة.
page-review-said = آخر رد:
page-review-only-look = يمكنك قراءة هذه الزيارة؛ والرد عليها لمدير آخر.
page-review-comment = تعليق
page-review-comment-hint = مطلوب عند الإعادة: اذكر ما يجب إصلاحه.
page-review-comment-missing = اكتب ما يجب إصلاحه ثم أعد الزيارة.
page-review-approve = اعتماد
page-review-return = إعادة
page-review-answered = سُجّل الرد، وسيراه المندوب بعد المزامنة التالية
page-review-keys = المفاتيح: J وK للتنقل، A للاعتماد، R للإعادة.

## المزامنة

page-sync-title = المزامنة
page-sync-state-signed-out = لم يُسجَّل دخول أحد
page-sync-state-syncing = جارٍ الاتصال بالخادم
page-sync-state-synced = كل شيء على الخادم
page-sync-state-offline = لا اتصال بالخادم؛ تابع عملك
page-sync-state-sign-in-needed = سجّل الدخول من جديد ليستمر الإرسال؛ لم يضع شيء
page-sync-state-update-needed = هذه النسخة من التطبيق قديمة: يُرسَل ما عليها ولا يصلها جديد. حدّث التطبيق؛ لم يضع شيء
page-sync-state-attention = هناك ما يحتاج انتباهك
page-sync-now = زامن الآن
page-sync-receiving =
    { FORM($count) ->
        [zero] بدأ الاستلام.
        [one] استُلم سجل واحد حتى الآن.
        [two] استُلم سجلّان حتى الآن.
        [few] استُلمت { $count } سجلات حتى الآن.
        [many] استُلم { $count } سجلًّا حتى الآن.
       *[other] استُلم { $count } سجل حتى الآن.
    }
page-sync-pending =
    { FORM($count) ->
        [zero] لا شيء بانتظار الإرسال.
        [one] عنصر واحد بانتظار الإرسال.
        [two] عنصران بانتظار الإرسال.
        [few] { $count } عناصر بانتظار الإرسال.
        [many] { $count } عنصرًا بانتظار الإرسال.
       *[other] { $count } عنصر بانتظار الإرسال.
    }
page-sync-refused =
    { FORM($count) ->
        [zero] لم يُرفض شيء.
        [one] رُفض عنصر واحد.
        [two] رُفض عنصران.
        [few] رُفضت { $count } عناصر.
        [many] رُفض { $count } عنصرًا.
       *[other] رُفض { $count } عنصر.
    }
page-sync-offline-since = دون اتصال منذ { $when }.
page-sync-synced-at = آخر مزامنة كاملة { $when }.
page-sync-next-try = المحاولة التالية تلقائيًا عند { $when }.
page-sync-conflicts =
    { FORM($count) ->
        [zero] لا سجلات بقيمتين
        [one] سجل واحد بقيمتين
        [two] سجلّان بقيمتين
        [few] { $count } سجلات بقيمتين
        [many] { $count } سجلًّا بقيمتين
       *[other] { $count } سجل بقيمتين
    }
page-sync-queue = بانتظار الإرسال
page-sync-empty = لا شيء بانتظار الإرسال
page-sync-empty-text = ما تفعله دون شبكة يظهر هنا إلى أن يُرسَل.
page-sync-item =
    { FORM($changes) ->
        [zero] لا تعديلات
        [one] تعديل واحد
        [two] تعديلان
        [few] { $changes } تعديلات
        [many] { $changes } تعديلًا
       *[other] { $changes } تعديل
    } · { $size } · { $ago }
page-sync-attempts =
    { FORM($count) ->
        [zero] دون محاولات
        [one] محاولة واحدة
        [two] محاولتان
        [few] { $count } محاولات
        [many] { $count } محاولة
       *[other] { $count } محاولة
    }
page-sync-refused-title = ما رفضه الخادم
page-sync-refused-text = هذا العمل لم يعد في سجلّه، وهو محفوظ هنا: اقرأه، أو أعد المحاولة متى زال السبب، أو احذفه.
page-sync-put-away = حذف نهائي
page-sync-put-away-title = هل تحذفه نهائيًّا؟
page-sync-put-away-text = لن يبقى على أي جهاز.
page-sync-retry = إعادة المحاولة
page-sync-rescue = العمل غير المرسل في ملف
page-sync-rescue-text = إذا كان هذا الجهاز أو تخزينه في خطر فاحتفظ بالملف في مكان آمن، ثم استورده على جهاز آخر بحساب الشخص نفسه.
page-sync-export = تصدير ما لم يُرسل
page-sync-import = استيراد ملف
page-sync-imported-damaged =
    { FORM($damaged) ->
        [one] جزء واحد من الملف تالف ولم يُقرأ، واستُورد الباقي. احتفظ بالملف.
        [two] جزآن من الملف تالفان ولم يُقرآ، واستُورد الباقي. احتفظ بالملف.
        [few] { $damaged } أجزاء من الملف تالفة ولم تُقرأ، واستُورد الباقي. احتفظ بالملف.
        [many] { $damaged } جزءًا من الملف تالف ولم يُقرأ، واستُورد الباقي. احتفظ بالملف.
       *[other] { $damaged } جزء من الملف تالف ولم يُقرأ، واستُورد الباقي. احتفظ بالملف.
    }
page-sync-imported-in-part =
    { FORM($left) ->
        [one] بقي تعديل واحد لسجل لم يصل إلى هذا الجهاز بعد. زامن ثم استورد الملف مرة أخرى.
        [two] بقي تعديلان لسجلات لم تصل إلى هذا الجهاز بعد. زامن ثم استورد الملف مرة أخرى.
        [few] بقيت { $left } تعديلات لسجلات لم تصل إلى هذا الجهاز بعد. زامن ثم استورد الملف مرة أخرى.
        [many] بقي { $left } تعديلًا لسجلات لم تصل إلى هذا الجهاز بعد. زامن ثم استورد الملف مرة أخرى.
       *[other] بقي { $left } تعديل لسجلات لم تصل إلى هذا الجهاز بعد. زامن ثم استورد الملف مرة أخرى.
    }
page-sync-imported =
    { FORM($count) ->
        [zero] كل ما في الملف موجود هنا
        [one] استُورد تعديل واحد
        [two] استُورد تعديلان
        [few] استُوردت { $count } تعديلات
        [many] استُورد { $count } تعديلًا
       *[other] استُورد { $count } تعديل
    }
page-sync-storage = التخزين
page-sync-storage-kept = بيانات هذا الجهاز محفوظة إلى أن تحذفها أنت.
page-sync-storage-at-risk = قد يحذف المتصفح هذه البيانات إذا ضاقت المساحة. زامن كثيرًا أو اسمح له بالاحتفاظ بها.
page-sync-storage-unknown = لا تُفصح هذه المنصة عن احتفاظها بالبيانات. زامن كثيرًا.
page-sync-storage-used = المستعمل { $used } من { $quota }.
page-sync-storage-keep = السماح للمتصفح بالاحتفاظ بالبيانات

## التعارضات

page-conflicts-title = تعارضات
page-conflicts-text = غيّر شخصان الحقل نفسه في الوقت نفسه. اختر القيمة الصحيحة؛ ويمكنك التراجع عن الاختيار.
page-conflicts-none = لا تعارضات
page-conflicts-none-text = إذا غيّر شخصان الحقل نفسه دون اتصال ظهرت القيمتان هنا.
page-conflicts-open = فتح
page-conflicts-choose = اعتماد هذه القيمة
page-conflicts-current = القيمة الحالية
page-conflicts-chosen = اختيرت القيمة

## الإعدادات

page-settings-title = الإعدادات
page-settings-look = المظهر
page-settings-language = اللغة
page-settings-language-ar = العربية
page-settings-language-en = English
page-settings-theme = السمة
page-settings-theme-system = كما في الجهاز
page-settings-theme-light = فاتحة
page-settings-theme-dark = داكنة
page-settings-digits = الأرقام
page-settings-digits-latn = 123 (لاتينية)
page-settings-digits-arab = ١٢٣ (عربية مشرقية)
page-settings-calendar = التقويم
page-settings-calendar-gregory = ميلادي
page-settings-calendar-islamic-umalqura = هجري (أم القرى)
page-settings-gpx = محاكاة الموقع
page-settings-gpx-text = يُشغَّل مسار مسجَّل بدل الموقع الحقيقي للتجربة والتدريب، وتوضع علامة على كل ما يُسجَّل به.
page-settings-gpx-choose = اختيار ملف GPX
page-settings-gpx-clear = استعمال الموقع الحقيقي
page-settings-gpx-read =
    { FORM($count) ->
        [zero] المسار بلا نقاط
        [one] اختير مسار من نقطة واحدة
        [two] اختير مسار من نقطتين
        [few] اختير مسار من { $count } نقاط
        [many] اختير مسار من { $count } نقطة
       *[other] اختير مسار من { $count } نقطة
    }
page-settings-gpx-speed = السرعة
page-settings-gpx-times = { $times } × الزمن الحقيقي
page-settings-upkeep = الصيانة
page-settings-rebuild = إعادة بناء القوائم والبحث
page-settings-rebuild-text = إذا بدت قائمة غير صحيحة: تُبنى القوائم والبحث من السجلات من جديد. لا يضيع شيء.
page-settings-rebuilt = أُعيد بناء القوائم والبحث
page-settings-account = الحساب
page-settings-signed-in = سُجّل الدخول باسم { $name }.
page-settings-sign-out = تسجيل الخروج
page-settings-sign-out-pending = هناك عمل لم يُرسل
page-settings-sign-out-text =
    { FORM($count) ->
        [zero] أُرسل كل شيء.
        [one] عنصر واحد لم يُرسل. يبقى على هذا الجهاز ويُرسَل عندما تسجّل الدخول هنا من جديد.
        [two] عنصران لم يُرسلا. يبقيان على هذا الجهاز ويُرسَلان عندما تسجّل الدخول هنا من جديد.
        [few] { $count } عناصر لم تُرسل. تبقى على هذا الجهاز وتُرسَل عندما تسجّل الدخول هنا من جديد.
        [many] { $count } عنصرًا لم تُرسل. تبقى على هذا الجهاز وتُرسَل عندما تسجّل الدخول هنا من جديد.
       *[other] { $count } عنصر لم تُرسل. تبقى على هذا الجهاز وتُرسَل عندما تسجّل الدخول هنا من جديد.
    }
page-settings-sign-out-queue = عرض ما لم يُرسل
page-settings-sign-out-anyway = الخروج مع ذلك
page-settings-about = حول التطبيق
page-settings-version = الإصدار
page-settings-server = الخادم
page-settings-device = الجهاز
page-settings-lacks = ما لا يستطيعه هذا الجهاز:
page-settings-lacks-background-location = تسجيل المواقع وميدان في الخلفية.
page-settings-lacks-location = تحديد الموقع: يمكن تشغيل مسار محفوظ بدلًا منه، ويُسجَّل أنه محاكاة.
page-settings-install = التثبيت
page-settings-install-by-hand = افتح قائمة المتصفح أو زر المشاركة واختر «إضافة إلى الشاشة الرئيسية».
page-settings-lacks-keyring = حفظ الجلسة في مخزن مفاتيح النظام.

## الاستيراد

page-import-title = استيراد عملاء
page-import-text = اختر ملف CSV (من Excel: حفظ باسم ثم CSV UTF‑8). لن يُحفظ شيء قبل أن تراجع ما قُرئ من الملف.
page-import-choose = اختيار ملف
page-import-reading = جارٍ قراءة الملف…
page-import-working = جارٍ إدخال العملاء…
page-import-encoding = الترميز
page-import-encoding-utf-8 = UTF-8
page-import-encoding-windows-1256 = Windows-1256 (عربي قديم)
page-import-encoding-utf-16-le = UTF-16
page-import-encoding-utf-16-be = UTF-16 (big-endian)
page-import-delimiter = الفاصل بين الأعمدة
page-import-delimiter-comma = فاصلة لاتينية ,
page-import-delimiter-semicolon = فاصلة منقوطة ;
page-import-delimiter-tab = علامة جدولة
page-import-delimiter-bar = خط عمودي |
page-import-decimal = العلامة العشرية
page-import-decimal-point = نقطة: 32.88
page-import-decimal-comma = فاصلة: 32,88
page-import-decimal-hint = كما كُتب خطّا العرض والطول.
page-import-columns = الأعمدة
page-import-ignore = دون استيراد
page-import-nameless = حدّد العمود الذي فيه أسماء العملاء.
page-import-rows =
    { FORM($count) ->
        [zero] لا صفوف في الملف.
        [one] صف واحد في الملف.
        [two] صفّان في الملف.
        [few] { $count } صفوف في الملف.
        [many] { $count } صفًّا في الملف.
       *[other] { $count } صف في الملف.
    }
page-import-territory = المنطقة
page-import-territory-choose = اختر المنطقة…
page-import-go =
    { FORM($count) ->
        [zero] لا شيء للاستيراد
        [one] استيراد عميل واحد
        [two] استيراد عميلين
        [few] استيراد { $count } عملاء
        [many] استيراد { $count } عميلًا
       *[other] استيراد { $count } عميل
    }
page-import-done =
    { FORM($count) ->
        [zero] لم يُقرأ أي صف
        [one] قُرئ صف واحد
        [two] قُرئ صفّان
        [few] قُرئت { $count } صفوف
        [many] قُرئ { $count } صفًّا
       *[other] قُرئ { $count } صف
    }
page-import-created = جديد
page-import-updated = محدَّث
page-import-unchanged = دون تغيير
page-import-bad = متروك
page-import-bad-count =
    { FORM($count) ->
        [zero] كل الصفوف سليمة
        [one] صف واحد لا يمكن إدخاله
        [two] صفّان لا يمكن إدخالهما
        [few] { $count } صفوف لا يمكن إدخالها
        [many] { $count } صفًّا لا يمكن إدخالها
       *[other] { $count } صف لا يمكن إدخالها
    }
page-import-bad-rows = تنزيل الصفوف المتروكة
page-import-at-line = السطر { $line }
page-import-line = السطر
page-import-problem = المشكلة
page-import-customers = عرض العملاء
