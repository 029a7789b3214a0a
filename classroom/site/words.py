"""What the frame of a page says, in each language of the course."""

__all__ = ["LANGUAGES", "words"]

LANGUAGES = {"en": "English", "zh": "中文"}

_WORDS = {
    "title": ("Build a Transformer", "从零搭建 Transformer"),
    "first": ("Lesson 00 · Welcome", "第 00 课 · 欢迎"),        # whose heading is the name of the course
    "view": ("Attention, stage by stage.", "一步一步看注意力。"),
    "skip": ("Skip to the text", "跳到正文"),
    "home": ("Start page", "首页"),
    "menu": ("Lessons", "课程目录"),
    "lessons": ("Lessons", "各课"),
    "neighbours": ("Previous and next lesson", "上一课与下一课"),
    "language": ("Language", "语言"),
    "search": ("Search all lessons", "搜索所有课程"),
    "found_none": ("Nothing found.", "没有找到。"),
    "found": ("found", "条结果"),
    "dark": ("Dark", "深色"),
    "copy_code": ("Copy", "复制"),
    "copied": ("Copied", "已复制"),
    "notebook": ("Notebook of this lesson", "本课的笔记本"),
    "notebook_hint": ("without the solutions, to work in yourself", "不含答案，供你自己完成"),
    "solution": ("Solution", "参考答案"),
    "alive": (
        "The trained model answers here, in this page: its weights are rounded to int8, and what you type stays here.",
        "训练好的模型就在本页中回答：权重取整为 int8，你输入的内容不会离开本页。"),
    "own_beam": ("The same with the trained translator, for a sentence of yours",
                 "用训练好的翻译模型，对你自己的句子做同样的事"),
    "no_page": ("The page that the lesson makes is not shown here: this site was made without the trained model.",
                "本站生成时没有训练好的模型，因此这里不显示本课生成的网页。"),
    "lead": (
        "A course that begins with the dot product of two short vectors and ends with an encoder-decoder Transformer, "
        "every piece of it written in PyTorch and trained on real English–Spanish sentences.",
        "这门课从两个短向量的点积开始，到一个编码器-解码器结构的 Transformer 结束，每一块都用 PyTorch 写出，"
        "最后在真实的英语-西班牙语句对上训练它。"),
    "start": ("Start reading", "开始阅读"),
    "try": ("Try the translator", "试用翻译器"),
    "touch": ("Touch it: attention, stage by stage", "动手试试：一步一步看注意力"),
    "touch_hint": (
        "Four words, and what each of them looks at. Press Next, and point at a number to see what it is made of.",
        "四个词，以及每个词关注什么。按 Next，再指向一个数字，看看它由什么组成。"),
    "what": ("The lessons, and what you build in each", "各课，以及你在每一课里写出什么"),
    "minutes": ("minutes", "分钟"),
    "how": ("How to use these pages", "怎样使用这些网页"),
    "reading": (
        "These pages show the lessons solved; solutions are folded until you ask for them. Views can be touched here "
        "as well. Your own functions, checks and hints need the notebooks: each lesson links to its own.",
        "这些网页里的练习都已做完；答案先折叠着，需要时再展开。这里的视图同样可以操作。你自己的函数、检查和提示需要"
        "笔记本：每课都有链接。"),
    "offline": ("Everything works from disk, without network. Nothing is sent anywhere.",
                "一切都能从磁盘直接打开，无需网络。不会发送任何数据。"),
    "licences": ("Licences", "许可"),
    "rights": (
        "Text and figures: CC BY 4.0. Code: MIT. The sentence pairs come from Tatoeba (tatoeba.org), CC BY 2.0 FR.",
        "文字与图：CC BY 4.0。代码：MIT。句对来自 Tatoeba（tatoeba.org），CC BY 2.0 FR。"),
}


def words(language: str) -> dict[str, str]:
    """The words of a language, by name. Raises KeyError for one that is not in `LANGUAGES`."""
    place = list(LANGUAGES).index(language) if language in LANGUAGES else None
    if place is None:
        raise KeyError(f"there is no edition in {language!r}; there are: {', '.join(LANGUAGES)}")
    return {name: texts[place] for name, texts in _WORDS.items()}
