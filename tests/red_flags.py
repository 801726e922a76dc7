"""Small red flags: one file of each kind, without a mistake."""

from __future__ import annotations

FILES = {
    "signs": """groups:
  limb: [leg, calf, "<toes>"]
  toes: [toe, toes]
  age: ["1..9"]
signs:
  swelling:
    rank: finding
    patterns: [<limb> ~3 swollen, swollen ~2 <limb>]
    weak: [puffy & <limb>]
    history: false
    spoiled_by: [knock]
    barriers: [stomach]
    examples: [my leg is swollen, a swollen calf, my toe is swollen]
    not: [my hand is swollen, my leg is fine, swollen with pride]
  age:
    rank: fact
    plain: true
    passing: true
    patterns: [<age> years old?]
    examples: [she is 5 years old, 3 years, he is 7 years old now]
    not: [she is old, for years, 30 years]
  knock:
    patterns: ["knocked|hit it ,"]
""",
    "flags": """flags:
  clot:
    level: urgent
    reply: ordinary
    rows: [RF-03]
    when: [swelling + age, swelling]
    unless: [knock]
    reason: A swollen leg can be a clot.
    meant: a swollen leg
    passes: false
    sources: [awaiting]
    open: [how soon should it be seen]
    examples: [my leg is swollen, a swollen calf, my toe is swollen]
    not: [my hand is swollen, my leg is fine, swollen with pride]
""",
    "language": """light: [is, my]
negators:
  "not": [sure]
past: [years ago]
lookalikes: [swollen with pride]
groups:
  pro: [doctor]
release:
  who: [<pro>]
""",
    "numbers": """regions:
  any:
    emergency: "112"
    urgent: your doctor
    crisis: "988"
    poison: "111"
sources:
  emergency_any: awaiting
""",
    "replies": """replies:
  urgent.ordinary:
    do: "Contact {urgent}."
    why: "{reason}"
also: {}
remind:
  urgent.ordinary: "Contact {urgent}."
net:
  urgent.ordinary: "If you mean {meant}, contact {urgent}."
released:
  safe: Good.
  explicit: Good.
  other: Good.
  seen: Good.
  gone: Good.
  denied: Good.
""",
}
