"""Texts of many scripts for the tokenizer tests: sentences, and generators that mix what tokenizers trip over."""

import unicodedata

SENTENCES = """
The compiler reads the checkpoint once, and the program it leaves behind needs nothing else.
I'm sure they'll say we've been slow; it's what he'd do, isn't it? DON'T SHOUT, WE'LL HEAR YOU'RE THERE.
Le garçon mangea une crêpe à l'œuf, puis s'endormit près de la fenêtre où neigeait l'été.
Übergrößenträger fahren am Maßstab vorbei, die Straße ist naß und der Äther schweigt.
El pingüino soñó con una cigüeña; ¿qué día vendrá el señor Núñez? ¡Mañana, quizá!
A avó não quis pão, só maçã e coração de açúcar.
Příliš mnoho žab ďáblovo učení slyší až v únoru.
Zażółcona gęś jaźni śpi w łóżku pod źdźbłem.
Þórður át rjóma í gær, en ég drakk öl við ána.
Çok şık bir ışıkçı İstanbul'dan ığdır'a gidiyor.
Đường phố Hà Nội ngập nước, người ta vẫn ăn phở và cười.
Ξεσκεπάζω την ψυχοφθόρα σιωπή· ὁ ἄνθρωπος φύσει τοῦ εἰδέναι ὀρέγεται.
Щука съела ёжика, а йод остался в подъезде.
Ґава їла їжу, є й інші птахи в Україні.
Күнәркә җырлый, өйдә һава салкын, ң хәрефе бар.
Բարև, աշխարհ, այսօր եղանակը լավ է։
გამარჯობა მსოფლიო, დღეს კარგი ამინდია.
ⴰⵣⵓⵍ ⴰⵎⴰⴹⴰⵍ ⵜⴰⵏⵎⵉⵔⵜ
שָׁלוֹם עוֹלָם, הַיּוֹם חַם מְאֹד. ספר קטן על שולחן
مرحبا بالعالم، الطقسُ جميلٌ اليومَ ١٢٣٤٥٦٧٨٩٠
سلام دنیا، می‌خواهم کتاب‌ها را بخوانم ۱۲۳۴۵
السلام علیکم دنیا، ٹھیک ہے ڑ ں ہ ے
ܫܠܡܐ ܥܠܡܐ ܝܘܡܢܐ
ދުނިޔެއަށް ސަލާމް
नमस्ते दुनिया, क़िताब और ज़मीन अच्छी हैं। १२३४५
ওহে বিশ্ব, আজ আবহাওয়া ভালো। ড় ঢ় য় ১২৩
ਸਤ ਸ੍ਰੀ ਅਕਾਲ ਦੁਨੀਆ, ਖ਼ੁਸ਼ੀ ਜ਼ਮੀਨ
નમસ્તે દુનિયા, આજે સારું છે ૧૨૩
ନମସ୍କାର ଦୁନିଆ ଡ଼ ଢ଼ ୧୨୩
வணக்கம் உலகம், கொடு கோடு கௌ ௧௨௩
హలో ప్రపంచం, ఈ రోజు బాగుంది ౧౨౩
ನಮಸ್ಕಾರ ಜಗತ್ತು, ಕೊಡು ೧೨೩
നമസ്കാരം ലോകം, കൊടുക്കുക ൧൨൩
ආයුබෝවන් ලෝකය, අද කාලගුණය හොඳයි
สวัสดีชาวโลก วันนี้อากาศดี ๑๒๓ น้ำ
ສະບາຍດີຊາວໂລກ ມື້ນີ້ອາກາດດີ ໑໒໓
བཀྲ་ཤིས་བདེ་ལེགས། འཛམ་གླིང་ ༡༢༣
မင်္ဂလာပါ ကမ္ဘာလောက ၁၂၃
សួស្តី​ពិភពលោក ថ្ងៃនេះ ១២៣
ሰላም ዓለም፣ ዛሬ ጥሩ ቀን ነው። ፩፪፫
ᎣᏏᏲ ᎡᎶᎯ ᎪᎯ ᎢᎦ
ᐊᐃᓐᖓᐃ ᓯᓚᕐᔪᐊᖅ
ᚠᚢᚦᚩᚱᚳ᛫ᚠᛖᚩᚻ᛫ᛒᛦᚦ
ᠰᠠᠶᠢᠨ ᠪᠠᠶᠢᠨ᠎ᠠ ᠤᠤ
你好,世界!今天天气很好,我们去编译一个模型吧。第１２３章〇
繁體中文的龍與龜,鬱悶地讀著「說文解字」。
こんにちは、世界!ガラスのコンパイラーはパピプペポを食べる。ｶﾞｷﾞ ヷヸ 々〆
안녕하세요 세계! 오늘은 날씨가 좋아서 컴파일러를 만듭니다. ㄱㄴㄷ ㅏㅑ
ꆈꌠꁱꂷ ꀀꀁꀂ
ꦲꦏ꧀ꦱꦫ ꦗꦮ ꧇꧑꧒꧇
ᮞᮨᮙᮥᮃ ᮏᮜᮨᮙ
ᬩᬲ ᬩᬮᬶ ᬓᬵ
ᱥᱟᱱᱛᱟᱲ ᱯᱟᱹᱨᱥᱤ ᱑᱒
ߒߞߏ ߞߊ߲ ߁߂߃
𞤀𞤣𞤤𞤢𞤥 𞥑𞥒𞥓
𐌰𐌱𐌲 𐍈𐍉 𒀀𒁀𒂀 𓀀𓂀𓃀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙𝟚 𝕏
∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α∧¬β = ¬(¬α∨β), ℕ⊆ℤ⊂ℚ⊂ℝ⊂ℂ, ½+⅓=⅚, x²+y³≠z₄ Ⅻ ⑳ ㊿
«Quotes» “curly” ‘single’ „low“ …—–‐ ‽ ⁂ ¶ § © ® ™ ° ± × ÷ € £ ¥ ₹ ₿ ¢
""".strip().split("\n")

EMOJI = """
👩‍👩‍👧‍👦 👨🏽‍🚀 🧑🏿‍🤝‍🧑🏻 🏳️‍🌈 🏴‍☠️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇩🇪🇯🇵🇧🇷 1️⃣#️⃣*️⃣ ❤️‍🔥 ☕☕️ 🤷🏼‍♀️ 👁️‍🗨️ 😶‍🌫️ 🐻‍❄️ 🐦‍⬛ 🪿🫨🩷 👍🏻👍🏼👍🏽👍🏾👍🏿 🀄🃏🎴 ♟️♾️ ⏏️▶️
""".split()

CODE = [
    "def f(x):\n\treturn x**2 if x>0 else -x  # square\n\n\nprint(f'{f(3)!r:>10}')\n",
    "for (int i = 0; i < n; ++i) {\r\n    a[i] += b[i] * 0x1F;\r\n}\r\n",
    "#include <vector>\n\ntemplate <typename T>\nT &&move(T &t) noexcept { return static_cast<T &&>(t); }\n",
    "SELECT name, COUNT(*) FROM users WHERE id >= 1000 AND name LIKE '%o''re%' GROUP BY 1;\n",
    "{\"role\": \"user\", \"content\": \"he said \\\"it's\\\" \\u00e9\", \"n\": [1, 2.5e-3, null, true]}",
    "<html>\n  <p class='x'>it&#39;s &lt;b&gt;</p>\n</html>\n",
    "$ curl -sSL https://example.org/a/b?c=d&e=%20f#g | tar -xz --strip-components=1\n",
    "fn main() { let s = \"héllo\"; println!(\"{}\", s.chars().rev().collect::<String>()); }\n",
    "\\begin{align}\n  e^{i\\pi} + 1 &= 0 \\\\\n\\end{align}\n",
    "if [ $# -ne 2 ]; then\n\techo >&2 \"usage: $0 A B\"; exit 1\nfi\n\n\n\n",
    "| a | b |\n|---|:-:|\n| 1 | 22 |\n\n* one\n  * two\n    1. three\n",
    "%1 = arith.addf %0, %cst : tensor<?x128xf32> loc(\"model.layers.0\")\n",
]

CONTRACTIONS = ["'s", "'S", "'\u017f", "'t", "'T", "'re", "'RE", "'rE", "'ve", "'Ve", "'m", "'M", "'ll", "'LL", "'lL",
                "'d", "'D", "'", "''", "'r", "'v", "'l", "'x", "\u2019s", "'\ufb06", "'\u017ft", "'\u212a"]
SPACES = [" ", "  ", "   ", "\n", "\r", "\r\n", "\t", "\n\n", " \n", "\n ", "\t\t", "\u00a0", "\u2003", "\u3000",
          "\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\u200b", "\ufeff", "\u202f", "\u1680", "\x1c", "\x00"]
NUMBERS = ["0", "12", "3.14", "1e-9", "1,000,000", "2026-11-24", "12:30:59", "+49 30 123", "0xFF", "²³", "Ⅳ", "٣", "७", "９", "½", "①"]
BASES = "aeinouyAEOUscdrtzАИУжкかきはカハウกअकবதתשبي\u1100\u1161\u11a8\uac00\u09c7\u0bc6\u0dd9\u1025"

# Blocks of the major scripts, and of signs.
BLOCKS = [(0x21, 0x7F), (0xA0, 0x180), (0x180, 0x250), (0x250, 0x300), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530),
          (0x531, 0x590), (0x591, 0x5F5), (0x600, 0x700), (0x700, 0x7C0), (0x7C0, 0x800), (0x8A0, 0x900),
          (0x900, 0x980), (0x980, 0xA00), (0xA00, 0xA80), (0xA80, 0xB00), (0xB00, 0xB80), (0xB80, 0xC00),
          (0xC00, 0xC80), (0xC80, 0xD00), (0xD00, 0xD80), (0xD80, 0xE00), (0xE00, 0xE80), (0xE80, 0xF00),
          (0xF00, 0x1000), (0x1000, 0x10A0), (0x10A0, 0x1100), (0x1100, 0x1200), (0x1200, 0x13A0), (0x13A0, 0x1680),
          (0x1680, 0x1700), (0x1780, 0x1800), (0x1800, 0x18B0), (0x1B00, 0x1C50), (0x1E00, 0x1F00), (0x1F00, 0x2000),
          (0x2000, 0x2070), (0x2070, 0x2150), (0x2150, 0x2200), (0x2200, 0x2300), (0x2460, 0x2500), (0x2D30, 0x2D80),
          (0x3000, 0x3100), (0x3100, 0x3400), (0x4E00, 0x9FFF), (0xA000, 0xA4D0), (0xAC00, 0xD7A4), (0xF900, 0xFB00),
          (0xFB00, 0xFE00), (0xFE00, 0x10000), (0x10000, 0x10400), (0x11000, 0x11200), (0x11300, 0x11400),
          (0x12000, 0x12400), (0x13000, 0x13460), (0x1D400, 0x1D800), (0x1E000, 0x1E300), (0x1E900, 0x1E960),
          (0x1F300, 0x1FB00), (0x20000, 0x2A6E0), (0x30000, 0x31350)]


def is_text(code_point):
    return not 0xD800 <= code_point < 0xE000 and unicodedata.category(chr(code_point)) not in ("Cn", "Co", "Cs")


ASSIGNED = [c for c in range(0x110000) if is_text(c)]
MARKS = [c for c in ASSIGNED if unicodedata.category(chr(c))[0] == "M"]


def pick(random, first, last, count):
    return "".join(chr(random.choice([c for c in range(first, min(last, first + 4000)) if is_text(c)] or [first]))
                   for _ in range(count))


def word(random):
    return random.choice(random.choice(SENTENCES).split() or ["x"])


def marked(random):
    """A base and marks in an order that isn't canonical."""
    return random.choice(BASES) + "".join(chr(random.choice(MARKS)) for _ in range(random.randint(1, 4)))


def special(random, specials):
    """An added token, or text that nearly is one."""
    token = random.choice(specials)
    cut = random.randrange(1, len(token))
    return random.choice([token, token, token * 2, token[:cut], token[cut:], token[:cut] + token + token[cut:],
                          token.upper(), "<" + token, token + ">", token[:cut] + " " + token[cut:], f" {token}\n"])


def mixture(random, specials):
    parts = [lambda: word(random), lambda: " " + word(random), lambda: random.choice(SPACES),
             lambda: random.choice(SPACES) + random.choice(SPACES), lambda: random.choice(CONTRACTIONS),
             lambda: word(random) + random.choice(CONTRACTIONS), lambda: random.choice(NUMBERS),
             lambda: marked(random), lambda: random.choice(EMOJI), lambda: special(random, specials),
             lambda: pick(random, *random.choice(BLOCKS), random.randint(1, 5)),
             lambda: "".join(chr(random.choice(ASSIGNED)) for _ in range(random.randint(1, 4))),
             lambda: "".join(random.choice("{}[]()<>=+-*/\\|&^%$#@!~`;:,.?\"_") for _ in range(random.randint(1, 5)))]
    return "".join(random.choice(parts)() for _ in range(random.randint(1, 9)))


def texts(random, specials):
    yield ""
    yield from SENTENCES
    yield from (unicodedata.normalize("NFD", sentence) for sentence in SENTENCES)
    yield from EMOJI
    yield " ".join(EMOJI)
    yield from CODE
    yield from (a + b for a in ("it", "IT ", "1", "\n", "é", "") for b in CONTRACTIONS)
    yield from (f"a{a}{b}c" for a in SPACES for b in random.sample(SPACES, 4))
    yield from SPACES
    yield from (number + " " + number * 2 for number in NUMBERS)
    yield "a" * 1500
    yield "".join(random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(1500))
    yield " " * 300
    yield "\u0315\u0334" * 200
    for first, last in BLOCKS:
        for count in (1, 6, 12):
            yield pick(random, first, last, count)
        yield " ".join(pick(random, first, last, 4) for _ in range(3))
    for token in specials:
        yield token
        yield special(random, specials) + special(random, specials)
        yield f"x {token} y{token}"
    for _ in range(200):
        yield "".join(marked(random) for _ in range(random.randint(1, 6)))
    for _ in range(200):
        yield "".join(chr(random.choice(ASSIGNED)) for _ in range(random.randint(1, 8)))
    for _ in range(1200):
        yield mixture(random, specials)
