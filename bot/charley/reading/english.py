"""English: every word of it that the engine itself needs. What is said to people, and of the subject, is content."""

from __future__ import annotations

NOT, NOT_SHORT = "not", "t"
"""The word that denies, and what stands for it behind an apostrophe."""
CONTRACTIONS = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "y'all": ("you", "all"),
}
UNQUOTED = {
    "cant": ("can", "not"),
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "didnt": ("did", "not"),
    "isnt": ("is", "not"),
    "arent": ("are", "not"),
    "wasnt": ("was", "not"),
    "werent": ("were", "not"),
    "wont": ("will", "not"),
    "wouldnt": ("would", "not"),
    "shouldnt": ("should", "not"),
    "couldnt": ("could", "not"),
    "havent": ("have", "not"),
    "hasnt": ("has", "not"),
    "hadnt": ("had", "not"),
    "aint": ("is", "not"),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "youre": ("you", "are"),
    "theyre": ("they", "are"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "hows": ("how", "is"),
    "whens": ("when", "is"),
    "wheres": ("where", "is"),
    "whos": ("who", "is"),
    "whys": ("why", "is"),
    "hes": ("he", "is"),
    "shes": ("she", "is"),
    "theres": ("there", "is"),
}
SHORT = {
    short: tuple(long.split())
    for long, shorts in {
        "you": "u",
        "your": "ur yer",
        "are": "r",
        "what": "wot wat wut wht",
        "what is": "wats wots",
        "when": "wen whn",
        "how": "hw",
        "why": "wy",
        "should": "shud shld",
        "could": "cud",
        "would": "wud",
        "does": "duz dos",
        "have": "hav",
        "with": "wiv",
        "that": "dat",
        "this": "dis",
        "the": "da",
        "because": "cos cuz coz bcos bcoz bcuz becuz bc",
        "please": "pls plz",
        "thanks": "thx thnx tnx thanx",
        "through": "thru",
        "though": "tho",
        "before": "b4",
        "about": "bout abt",
        "night": "nite",
        "tonight": "tonite 2nite",
        "today": "2day",
        "people": "ppl",
        "mate": "m8",
        "really": "rly",
        "right now": "rn",
        "going to": "gonna",
        "want to": "wanna",
        "got to": "gotta",
        "give me": "gimme",
        "let me": "lemme",
        "kind of": "kinda",
        "do not know": "dunno",
        "i do not know": "idk",
    }.items()
    for short in shorts.split()
}
OPENED = CONTRACTIONS | UNQUOTED | SHORT
"""Words that are not read as they stand, with what they are read as."""
ENDINGS = {"re": "are", "s": "s", "m": "am", "ll": "will", "ve": "have", "d": "would"}
"""What stands behind an apostrophe."""
STEMS = (("ies", 4, "y"), ("ing", 5, ""), ("ed", 4, ""))
"""Endings that go from words longer than this, and what comes instead."""
PLURAL, SINGLE = "s", ("ss", "us", "is")
"""The ending of a plural, and endings that only look like it."""
LETTERS = ("a", "i")
"""Words of one letter."""

TURNING = frozenset(
    "no not non never without with stop before after left more less during while off on up down in out "
    "hot cold day night high low start right".split()
)
"""Words that turn the meaning. A word that is spelt right is never bent into one of them, nor one of them into another word."""

DENYING = frozenset(["not", "no", "never", "nor", "neither"])
"""Words that deny what stands close behind them."""
NO = "no "
"""Begins the kind of a name that is denied."""
WITHOUT = "without"
"""The word that denies any name."""

ASKING = frozenset(
    "what why how when where which who whose is am are was were do does did can could should shall would will may might "
    "has have".split()
)
"""A clause that begins with one of these asks something."""
HELPING = frozenset("is are was were do does did can could should would will has have had".split())
"""Verbs that begin a question with who it is about behind them; where "not" stands between, something is told or asked."""
OPENERS = frozenset("and also plus but or so well ok okay hi hello hey oh then now please thanks because n yet just".split())
REQUESTS = tuple(
    tuple(phrase.split())
    for phrase in (
        *("i want to know", "i would like to know", "i would like to ask", "i need to know", "tell me", "can you tell me"),
        *("explain", "wondering", "i wonder", "i am wondering"),
    )
)
"""Openings that ask without a question word."""
JOINTS = frozenset(["and", "also", "plus", "but", "n", "or"])
COMMA_ASKING = frozenset("what why how when which should can do does is are could would".split())
"""Question words that open a question of their own behind a comma."""
WHICH_TOO = frozenset(["also", "then"])
"""Words that may stand between a joint and the question word behind it."""
TELLING = frozenset(["have", "has", "was", "were", "will"])
"""Question words that behind a joint rather go on with a story."""
WONDERED = frozenset(["what", "how", "why"])
"""With a helping verb behind, these ask wherever they stand in a clause: "cramp in my calf what do I do"."""
EITHER = "or"
SIGN = (" & ", " and ")
"""A sign that people write for a word, and the word."""
IF = "if"
"""Behind a joint it may begin a question of its own: "… and if so can I stop it"."""
SUBJECTS = frozenset("i we you he she it they".split())
"""Behind a helping verb they make a question of it: "can I", "does it"."""

POINTING = frozenset("it that this them those these they he she him her his one ones there".split())
"""Words that point at what was talked about."""
WONDERING = frozenset(["why", "what", "when", "where", "which", "who", "is", "are", "do", "does", "will", "has", "have", "how"])
"""A message that begins so asks something of its own, though all its words may be a follow-up's."""
COURTESY = frozenset(["thanks", "cheers", "hi", "hello", "hey", "ta"])
"""Words that a question may stand behind."""
PICKING = frozenset("number option choice no answer the one go with pick choose take i want question".split())
"""Words that a pick by number may stand among."""
WHEN = "when"
"""The question word that may also begin an aside: "what about when I'm tired"."""
RELATIVE = "who"
"""Begins a clause that tells more of the one named before it."""
