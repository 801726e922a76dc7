// The chat itself, for the page and the widget. Whatever is shown is put in as text nodes.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function button(label, press, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", () => press(made));
  return made;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const known = Object.keys(NUMBERS).sort((a, b) => b.length - a.length).map(escaped).join("|") || "(?!)";
const CALLABLE = new RegExp(`(?<![\\w+-])(${known})(?![\\w-]|\\.\\d)`);
const tel = (number) => `tel:${number.replace(/[^\d+]/g, "")}`;

function withCalls(text) {
  return text.split(CALLABLE).map((piece, at) => (at % 2 ? element("a", { href: tel(piece) }, piece) : piece));
}

// Numbers of the visitor's own region first.
function nearFirst(numbers) {
  const code = (navigator.language || "").split("-")[1] || "";
  const near = { US: "US", CA: "US", GB: "UK", IE: "UK" }[code] || "EU";
  return numbers.sort((a, b) => NUMBERS[b].includes(near) - NUMBERS[a].includes(near));
}

const KEPT = 50;

class Chat {
  constructor({ base, log, status, form, field, place, onReply = () => {} }) {
    Object.assign(this, { base, log, status, form, field, place, onReply });
    this.context = undefined;
    this.count = 0;
    this.turns = [];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (text) this.ask({ text }, text);
      field.focus();
    });
    field.addEventListener("keydown", (event) => {
      // Safari tells of the key that ends a composition after it has ended, with this code.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  // The conversation stays with the tab: not a reload, nor a way there and back, may take an alarm away.
  keep() {
    try {
      sessionStorage.setItem(this.place, JSON.stringify({ context: this.context, turns: this.turns.slice(-KEPT) }));
    } catch {
      // Without the room or the leave, it is as if there were none.
    }
  }

  restore() {
    let kept;
    try {
      kept = JSON.parse(sessionStorage.getItem(this.place));
    } catch {
      return;
    }
    if (!kept || !Array.isArray(kept.turns)) return;
    this.context = kept.context;
    this.turns = kept.turns;
    for (const { label, reply } of kept.turns) {
      this.log.append(this.asked(label));
      this.show(reply, true);
    }
    this.log.lastElementChild?.scrollIntoView({ block: "start" });
  }

  asked(label) {
    return element("p", { class: "you" }, element("span", { class: "hidden" }, `${WORDS.you} `), label);
  }

  forget() {
    this.context = undefined;
    this.turns = [];
    try {
      sessionStorage.removeItem(this.place);
    } catch {
      // There is none.
    }
    this.log.replaceChildren();
    this.say(WORDS.fresh);
  }

  // The region is emptied first, so that the same words are read out again.
  say(text) {
    this.status.textContent = "";
    setTimeout(() => (this.status.textContent = text), 50);
  }

  async ask(question, label) {
    if (this.busy) return;
    this.busy = true;
    const you = this.asked(label);
    this.log.append(you);
    const late = setTimeout(() => this.say(WORDS.looking), 400);
    try {
      const answer = await fetch(new URL("v1/reply", this.base), {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...question, context: this.context }),
      });
      const body = await answer.json();
      if (!answer.ok) throw Object.assign(new Error("refused"), { detail: body.detail });
      this.context = body.context;
      if (question.text !== undefined) this.field.value = "";
      this.turns.push({ label, reply: body });
      this.keep();
      this.show(body);
    } catch (error) {
      this.fail(error.detail || (navigator.onLine === false ? WORDS.offline : WORDS.failed), question, label, you);
    } finally {
      clearTimeout(late);
      this.busy = false;
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    you.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  }

  fail(detail, question, label, you) {
    const again = button(WORDS.retry, () => {
      shown.remove();
      you.remove();
      this.ask(question, label);
      this.field.focus();
    });
    const faq = element("a", { href: new URL("faq", this.base) }, WORDS.all);
    const shown = element(
      "article",
      { class: "reply error", "aria-label": WORDS.error },
      element("h3", {}, WORDS.error),
      element("p", {}, ...withCalls(detail)),
      element("div", { class: "actions" }, again, faq),
    );
    this.log.append(shown);
  }

  show(reply, again = false) {
    const id = `reply-${++this.count}`;
    const article = element("article", { class: `reply ${reply.kind} ${reply.triage || ""}`, "aria-label": WORDS.reply });
    let heading;
    if (reply.triage) {
      heading = element("h3", { tabindex: "-1" }, WORDS[reply.triage]);
      article.append(heading, this.calls(reply));
    } else if (reply.understood && reply.kind === "answer" && reply.sections.length === 1) {
      article.append(element("p", { class: "understood" }, `${WORDS.understood} ${reply.understood}`));
    }
    let number = 0;
    for (const section of reply.sections) {
      if (section.title && reply.sections.length > 1) article.append(element("h4", {}, section.title));
      const paragraph = element("p");
      const below = element("div");
      for (const sentence of section.sentences) {
        paragraph.append(...withCalls(sentence.text), " ");
        if (sentence.facts.length) paragraph.append(this.cite(sentence, `${id}-${++number}`, number, below), " ");
      }
      article.append(paragraph, below);
    }
    // On paper nothing can be folded out.
    const behind = reply.sources.map((s) => [s.publisher, s.title].filter(Boolean).join(", "));
    if (behind.length) article.append(element("p", { class: "behind" }, `${WORDS.sources}: ${behind.join("; ")}.`));
    article.append(this.actions(reply));
    if (reply.suggestions.length) article.append(this.suggestions(reply));
    article.append(element("p", { class: "disclaimer" }, reply.disclaimer));
    this.log.append(article);
    // Help must not wait until a screen reader has read everything before it.
    if (reply.triage === "emergency" && !again) heading.focus({ preventScroll: true });
    this.onReply(reply);
  }

  calls(reply) {
    const said = reply.sections.flatMap((s) => s.sentences).flatMap((s) => s.text.split(CALLABLE).filter((_, at) => at % 2));
    const items = nearFirst([...new Set(said)]).map((number) => {
      return element("li", {}, element("a", { href: tel(number) }, `${WORDS.call} ${number} (${NUMBERS[number]})`));
    });
    return items.length ? element("ul", { class: "calls" }, ...items) : "";
  }

  cite(sentence, id, number, below) {
    const open = async (pressed) => {
      const shown = pressed.getAttribute("aria-expanded") === "true";
      pressed.setAttribute("aria-expanded", String(!shown));
      let box = below.querySelector(`#${id}`);
      if (!box) {
        box = element("div", { id, class: "sources", role: "group", "aria-label": `${WORDS.sources_of} ${sentence.text}` });
        below.append(box);
        box.append(`${number}.`, await this.sources(sentence));
      }
      box.hidden = shown;
    };
    return button(String(number), open, {
      class: "cite",
      "aria-expanded": "false",
      "aria-label": `${WORDS.sources_of} ${sentence.text}`,
      title: WORDS.sources,
    });
  }

  async sources(sentence) {
    const list = element("ul");
    try {
      const found = await Promise.all(
        sentence.facts.map(async (id) => {
          const answer = await fetch(new URL(`v1/facts/${encodeURIComponent(id)}`, this.base), { credentials: "omit" });
          if (!answer.ok) throw new Error("refused");
          return answer.json();
        }),
      );
      for (const source of found.flatMap((fact) => fact.sources)) {
        const name = [source.publisher, source.title, source.section].filter(Boolean).join(", ");
        const linked = /^https?:\/\//.test(source.url);
        const shown = linked ? element("a", { href: source.url, rel: "noopener noreferrer", target: "_blank" }, name) : name;
        list.append(element("li", {}, shown));
      }
      return list;
    } catch {
      return element("p", {}, WORDS.failed);
    }
  }

  actions(reply) {
    const row = element("div", { class: "actions" });
    if (reply.kind === "answer") row.append(button(WORDS.more, () => this.ask({ text: WORDS.more }, WORDS.more)));
    row.append(button(WORDS.copy, () => this.copy(reply.text)));
    return row;
  }

  suggestions(reply) {
    const name = reply.kind === "disambiguation" ? WORDS.choose : WORDS.also;
    const row = element("div", { class: "suggestions", role: "group", "aria-label": name });
    for (const { label, intent, slots } of reply.suggestions) {
      row.append(button(label, () => this.ask({ choice: { intent, slots } }, label)));
    }
    return row;
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(WORDS.copied);
    } catch {
      this.say(WORDS.not_copied);
    }
  }
}
