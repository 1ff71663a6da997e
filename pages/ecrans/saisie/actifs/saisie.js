// The table of the questionnaire: one row an activity, two ordinary fields, and the drafts between here and there.
//
// What a field shows is what is kept. Each text typed stays in this window (and in the session of the browser,
// that a reload keeps) until the server says that it has it; only then may the server change the field. With a
// text go those the field showed before: the server tells by them that nobody else typed there meanwhile.

const COPY = "vigie-saisie";
const QUIET_MS = 250;
const LATE_MS = 4000;
const OLD_MS = 12 * 3600 * 1000;
const COLUMNS = ["visioconferences", "extractions_evitees"];

export default function ({ data, parentElement, setStateValue }) {
  let table = parentElement.vigieTable;
  if (!table) {
    table = parentElement.vigieTable = new Table(parentElement, data);
  }
  table.update(data, (typed) => setStateValue("frappes", typed));
  return () => table.close();
}

class Table {
  constructor(parent, data) {
    this.name = data.cle;
    this.instance = Math.random().toString(36).slice(2);
    this.rank = 0;
    this.fields = new Map();
    this.shown = new Map();
    this.held = new Map();
    this.build(parent, data);
    this.leave = () => this.send();
    window.addEventListener("pagehide", this.leave);
  }

  build(parent, data) {
    const root = element("div", { className: "vigie-q" });
    const id = `q${this.instance}`;
    const head = element("div", { className: "vigie-q-tete" });
    head.append(element("span", { textContent: data.entetes[0].nom }));
    data.entetes.slice(1).forEach(({ nom, aide }, column) => {
      const title = element("span", {});
      title.append(element("b", { id: `${id}c${column}`, textContent: nom }), element("small", { textContent: aide }));
      head.append(title);
    });
    root.append(head);
    this.whys = new Map();
    data.lignes.forEach(({ code, nom }, row) => {
      const line = element("div", { className: "vigie-q-ligne" });
      const first = `${id}r${row}c0`;
      line.append(element("label", { id: `${id}r${row}`, htmlFor: first, textContent: nom }));
      const why = element("p", { id: `${id}e${row}`, className: "vigie-q-erreur", hidden: true });
      COLUMNS.forEach((column, rank) => {
        const field = element("input", {
          id: `${id}r${row}c${rank}`, type: "text", inputMode: "numeric", autocomplete: "off",
          spellcheck: false, placeholder: data.vide, name: `${code}.${column}`,
        });
        field.setAttribute("aria-labelledby", `${id}r${row} ${id}c${rank}`);
        field.setAttribute("enterkeyhint", "next");
        field.addEventListener("input", () => this.note(field));
        field.addEventListener("change", () => this.send());
        // The first press in a field takes its figure whole, as Tab does: what is typed next replaces it. At the
        // press: leaving a row may write a sentence that moves the field away before the release.
        field.addEventListener("mousedown", (event) => {
          if (event.button !== 0 || field.getRootNode().activeElement === field) return;
          event.preventDefault();
          field.focus();
          field.select();
        });
        field.addEventListener("keydown", (event) => this.move(event, row, rank));
        field.addEventListener("paste", (event) => this.paste(event, row, rank));
        this.fields.set(field.name, field);
        line.append(field);
      });
      line.append(why);
      this.whys.set(code, why);
      root.append(line);
    });
    this.status = element("p", { className: "vigie-q-etat" });
    this.status.setAttribute("role", "status");
    root.append(this.status);
    root.addEventListener("focusin", () => this.explain());
    root.addEventListener("focusout", () => setTimeout(() => this.explain()));
    parent.append(root);
    this.order = [...this.fields.values()];
  }

  // What the server knows now: what it has taken in from here, then what each field must show.
  update(data, tell) {
    this.tell = tell;
    if (data.recu.instance === this.instance) {
      for (const [place, typed] of this.held) {
        if (typed.n <= data.recu.n) this.held.delete(place);
      }
      if (!this.held.size && this.waiting) this.say("");
      this.save();
    }
    this.erreurs = new Map(data.lignes.map(({ code, erreur }) => [code, erreur]));
    data.lignes.forEach(({ code, textes, erreur, venues }) => {
      textes.forEach((text, rank) => {
        const place = `${code}.${COLUMNS[rank]}`;
        const field = this.fields.get(place);
        this.shown.set(place, text);
        // A space being typed is no difference: the server keeps texts without those around them.
        if (!this.held.has(place) && field.value.trim() !== text) field.value = text;
        field.classList.toggle("vigie-q-venue", venues[rank]);
        field.setAttribute("aria-invalid", String(Boolean(erreur)));
        if (erreur) field.setAttribute("aria-describedby", this.whys.get(code).id);
        else field.removeAttribute("aria-describedby");
      });
    });
    this.explain();
    this.phrases = data.phrases;
    if (!this.opened) {
      this.opened = true;
      this.recover();
    }
  }

  // A row is not reproached its second figure while it is being typed.
  explain() {
    for (const [code, why] of this.whys) {
      const erreur = this.erreurs.get(code);
      const fields = COLUMNS.map((column) => this.fields.get(`${code}.${column}`));
      why.hidden = !erreur || (fields.includes(document.activeElement) && fields.some((field) => !field.value));
      if (why.textContent !== erreur) why.textContent = erreur;
    }
  }

  note(field) {
    const place = field.name;
    const before = this.held.get(place);
    const avants = before ? before.avants : [this.shown.get(place)];
    if (before && before.sent && !avants.includes(before.texte)) avants.push(before.texte);
    this.held.set(place, { n: ++this.rank, texte: field.value, avants, sent: false, quand: Date.now() });
    this.save();
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.send(), QUIET_MS);
  }

  send() {
    clearTimeout(this.quiet);
    const waiting = [...this.held];
    if (!waiting.some(([, typed]) => !typed.sent)) return;
    for (const [, typed] of waiting) typed.sent = true;
    this.tell({
      instance: this.instance,
      frappes: waiting.map(([place, { n, texte, avants }]) => {
        const [activite, colonne] = place.split(".");
        return { n, activite, colonne, texte, avants };
      }),
    });
    clearTimeout(this.late);
    this.late = setTimeout(() => {
      if (!this.held.size) return;
      this.say(this.phrases.attente);
      this.waiting = true;
      // The connection may have come back on another session, to which nothing was sent.
      for (const typed of this.held.values()) typed.sent = false;
      this.send();
    }, LATE_MS);
  }

  // ---------------------------------------------------------------- the copy that a reload keeps

  copies() {
    try {
      return JSON.parse(sessionStorage.getItem(COPY) || "{}");
    } catch {
      return {};
    }
  }

  save() {
    const copies = this.copies();
    delete copies[this.name];
    if (this.held.size) copies[this.name] = Object.fromEntries(this.held);
    try {
      sessionStorage.setItem(COPY, JSON.stringify(copies));
    } catch {
      // A browser that keeps nothing: the drafts of the server remain.
    }
  }

  recover() {
    const lost = [];
    for (const [place, { texte, avants, quand }] of Object.entries(this.copies()[this.name] || {})) {
      const field = this.fields.get(place);
      if (!field || Date.now() - quand > OLD_MS || this.shown.get(place) === texte) continue;
      if (avants.includes(this.shown.get(place))) {
        field.value = texte;
        this.held.set(place, { n: ++this.rank, texte, avants, sent: false, quand });
      } else {
        lost.push(`${this.nameOf(field)}\u00a0: ${texte || this.phrases.vide}`);
      }
    }
    this.save();
    this.send();
    if (lost.length) this.say(`${this.phrases.perdues} ${lost.join("\u00a0; ")}.`);
  }

  close() {
    clearTimeout(this.quiet);
    clearTimeout(this.late);
    window.removeEventListener("pagehide", this.leave);
  }

  // ---------------------------------------------------------------- the keyboard

  move(event, row, rank) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const here = row * COLUMNS.length + rank;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: COLUMNS.length, ArrowUp: -COLUMNS.length }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = this.order[here + step];
    this.send();
    if (!next) return;
    next.focus();
    next.select();
  }

  // ---------------------------------------------------------------- a block copied from a spreadsheet

  paste(event, row, rank) {
    const block = readBlock(event.clipboardData.getData("text/plain"));
    if (block.length < 2 && block[0].length < 2) return;
    event.preventDefault();
    // Titles above the figures, and names beside them, are no figures: pasted, they would shift all the others.
    const titles = [];
    while (block.length > 1 && block[0].some(isWords) && block[0].every((text) => !text || isWords(text))) {
      titles.push(...block.shift().filter(Boolean));
    }
    if (block.every((line) => line.length > 1 && isWords(line[0]))) {
      const names = block.map((line) => line.shift());
      const others = names.filter((name, down) => !this.isNamed(this.order[(row + down) * COLUMNS.length], name));
      if (others.length) {
        this.say(`${this.phrases.autres} ${others.join("\u00a0; ")}.`);
        return;
      }
    }
    const before = [];
    const outside = [];
    block.forEach((line, down) => {
      line.forEach((text, along) => {
        const inside = rank + along < COLUMNS.length;
        const field = inside && this.order[(row + down) * COLUMNS.length + rank + along];
        if (field) {
          before.push([field, field.value, text]);
          this.put(field, text);
        } else if (text) {
          outside.push(text);
        }
      });
    });
    this.send();
    const left = [[this.phrases.titres, titles], [this.phrases.dehors, outside]]
      .map(([told, texts]) => (texts.length ? ` ${told} ${texts.join("\u00a0; ")}.` : "")).join("");
    this.say(`${this.phrases.collees} ${before.length}.${left} `);
    const undo = element("button", { type: "button", textContent: this.phrases.annuler });
    undo.addEventListener("click", () => {
      // What has changed since, here or elsewhere, is not of this paste any more.
      for (const [field, text, pasted] of before) if (field.value === pasted) this.put(field, text);
      this.send();
      this.say(this.phrases.annule);
      before[0]?.[0].focus();
    });
    this.status.append(undo);
  }

  put(field, text) {
    if (field.value === text) return;
    field.value = text;
    this.note(field);
  }

  isNamed(field, name) {
    if (!field) return false;
    const label = document.getElementById(field.getAttribute("aria-labelledby").split(" ")[0]);
    const [own, typed] = [label.textContent, name].map(bare);
    return own.startsWith(typed) || typed.startsWith(own);
  }

  nameOf(field) {
    return field.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id).textContent).join(", ");
  }

  say(sentence) {
    this.waiting = false;
    this.status.textContent = sentence;
  }
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

// A title or a name, and neither a figure nor « n.r. ».
function isWords(text) {
  return /\p{L}{4}/u.test(text);
}

function bare(text) {
  return text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
}

// Rows and cells of what a spreadsheet puts on the clipboard; a cell with a quotation mark or a line feed is quoted.
function readBlock(text) {
  const rows = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y;
  const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  while (cells.lastIndex <= whole.length) {
    const [, quoted, plain, end] = cells.exec(whole);
    rows[rows.length - 1].push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
    if (end === "\n") rows.push([]);
    else if (!end) break;
  }
  return rows;
}
