// What every page adds to the framework's: its own texts in French, and a box that the keyboard can slide.
//
// The framework speaks English only. Nothing that people typed is touched: a text is changed when it is, whole,
// one of those below, outside of what our pages write themselves.
(() => {
  // Calendars and counters are written in the language of the browser: here, that of the page.
  Object.defineProperties(navigator, {
    language: { get: () => "fr-FR" },
    languages: { get: () => Object.freeze(["fr-FR", "fr"]) },
  });

  const NBSP = "\u00a0";
  const TEXTS = new Map(Object.entries({
    "Skip to main content": "Aller au contenu",
    "App pages": "Pages",
    "Sidebar": "Menu",
    "Expand sidebar": "Ouvrir le menu",
    "Collapse sidebar": "Fermer le menu",
    "Navigate to home page": "Aller à la première page",
    "Main menu": "Menu principal",
    "Open": "Ouvrir",
    "Close": "Fermer",
    "Cancel": "Annuler",
    "Copy": "Copier",
    "Copied": "Copié",
    "Copy to clipboard": "Copier",
    "Link to heading": "Lien vers ce titre",
    "(opens in new tab)": "(nouvel onglet)",
    "Help": "Aide",
    "Running...": "Calcul en cours…",
    "Stop": "Arrêter",
    "Rerun": "Relancer",
    "Print": "Imprimer",
    "Settings": "Réglages",
    "Theme": "Thème",
    "System": "Celui de l'appareil",
    "Light": "Clair",
    "Dark": "Sombre",
    "Notifications": "Messages",
    "Show more": "Montrer plus",
    "Show less": "Montrer moins",
    "Scroll tabs left": "Onglets précédents",
    "Scroll tabs right": "Onglets suivants",
    "Page not found": "Page inconnue",
    "Connection error": "Connexion perdue",
    "Connecting": "Connexion…",
    "CONNECTING": "Connexion…",
    "Connecting to Streamlit server": "Connexion au serveur de Vigie",
    "Connection timed out.": "Le serveur ne répond pas.",
    "Connection lost. Please wait for the app to reconnect, then try again.":
      "Connexion perdue : attendez qu'elle revienne, puis recommencez.",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:":
      "Le serveur de Vigie ne répond pas : attendez un instant, puis rechargez la page. Si cela dure, prévenez la SDSE.",
    "Streamlit server is not responding. Are you connected to the internet?":
      "Le serveur de Vigie ne répond pas : vérifiez que vous êtes relié au réseau.",
    "Script execution error": "Erreur",
    "Error:": `Erreur${NBSP}:`,
    "Error": "Erreur",
    "Please wait...": "Un instant…",
    "No results": "Aucun résultat",
    "Select all": "Tout choisir",
    "Clear all": "Tout retirer",
    "Clear value": "Vider",
    "Clear entry": "Vider",
    "Clear selection": "Ne rien choisir",
    "Selected values": "Choix faits",
    "Choose an option": "Choisissez",
    "Choose options": "Choisissez",
    "Increment": "Augmenter",
    "Decrement": "Diminuer",
    "Show password": "Montrer le mot de passe",
    "Hide password": "Cacher le mot de passe",
    "Choose date": "Choisir une date",
    "Choose date range": "Choisir une période",
    "Clear date": "Effacer la date",
    "dd": "jj",
    "yyyy": "aaaa",
    "Empty": "vide",
    "Calendar": "Calendrier",
    "Previous month": "Mois précédent",
    "Next month": "Mois suivant",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.":
      "Les flèches changent de jour, Entrée le choisit, Échap ferme.",
    "Add files": "Ajouter des fichiers",
    "Upload": "Choisir des fichiers",
    "file upload": "Dépôt de fichiers",
    "Browse files": "Choisir des fichiers",
    "Drag and drop files here": "Glissez des fichiers ici",
    "Drag and drop a file here": "Glissez un fichier ici",
    "Only one file is allowed.": "Un seul fichier est accepté.",
    "Too many files": "Trop de fichiers",
    "File size is too small.": "Ce fichier est trop petit.",
    "Network Error": "Le réseau ne répond pas.",
    "Download failed": "Le téléchargement a échoué : recommencez.",
    "Failed to generate file for download":
      `Ce fichier n'a pas pu être écrit${NBSP}: rechargez la page, puis recommencez.`,
    "Deferred download not properly configured":
      `Ce fichier n'a pas pu être demandé${NBSP}: rechargez la page, puis recommencez.`,
    "Fullscreen": "Plein écran",
    "Close fullscreen": "Quitter le plein écran",
    "Search": "Chercher",
    "Close Search": "Fermer la recherche",
    "Previous Result": "Résultat précédent",
    "Next Result": "Résultat suivant",
    "Download as CSV": "Télécharger (CSV)",
    "Show/hide columns": "Colonnes montrées",
    "Previous page": "Page précédente",
    "Next page": "Page suivante",
    "Pagination": "Pages du tableau",
    "No data": "Aucune donnée",
    "Loading...": "Chargement…",
    "Selectbox": "Liste",
    "Show suggestions": "Montrer les choix",
    "Dismiss": "Fermer",
  }));
  const PARTS = { day: "jour", month: "mois", year: "année" };
  const MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre"];
  const UNITS = { B: "octets", KB: "Ko", MB: "Mo", GB: "Go" };
  const size = (number, unit) =>
    (unit === "B" ? number.replace(/\..*$/, "") : number.replace(".", ",")) + NBSP + UNITS[unit.toUpperCase()];
  // « Please enter a value between 0.5 and 50. », « Please select a date on or after 2009/01/01. »
  const bounds = (rest) => {
    const shown = (text) => text.replace(/^(\d+)\.(\d+)$/, "$1,$2");
    const [, low, high] = rest.match(/between (\S+) and (\S+)\.$/) ?? [];
    if (low) return `, de ${shown(low)} à ${shown(high)}`;
    const [, which, limit] = rest.match(/(greater than or equal to|on or after|less than or equal to|on or before) (\S+)\.$/) ?? [];
    if (!limit) return "";
    return `, ${shown(limit)} au ${/^(greater|on or after)/.test(which) ? "moins" : "plus"}`;
  };
  const PATTERNS = [
    [/^(Show\/hide columns|Download as CSV|Search|Fullscreen|Close fullscreen): (.+)$/s,
      (_, what, name) => `${TEXTS.get(what)}${NBSP}: ${name}`],
    [/^Choose date, (.+)$/s, (_, shown) => `Choisir une date, ${shown}`],
    [/^(day|month|year), (.+)$/s, (_, part, label) => `${PARTS[part]}, ${label}`],
    [/^(\d\d) – ([A-Z][a-z]+)$/, (whole, rank) => `${rank} – ${MONTHS[Number(rank) - 1] ?? whole}`],
    // What the framework has read out for a drawing that says nothing more than its button.
    [/^[a-z_]+ icon$/, () => ""],
    [/^Help for (.+)$/s, (_, label) => `Aide${NBSP}: ${label}`],
    [/^Remove (.+)$/s, (_, what) => `Retirer ${what}`],
    [/^Cancel upload of (.+)$/s, (_, what) => `Arrêter l'envoi de ${what}`],
    [/^Select (\d+) matches$/, (_, many) => `Choisir les ${many}`],
    [/^Add: (.*)$/s, (_, what) => `Ajouter${NBSP}: ${what}`],
    [/^(\d+(?:\.\d+)?) ?(B|KB|MB|GB)$/i, (_, number, unit) => size(number, unit)],
    [/^(\d+(?:\.\d+)?)(B|KB|MB|GB) per file$/i, (_, number, unit) => `${size(number, unit)} au plus par fichier`],
    [/^(.+), (\d+(?:\.\d+)?)(B|KB|MB|GB)$/s, (_, name, number, unit) => `${name}, ${size(number, unit)}`],
    [/^File must be (\d+(?:\.\d+)?)(B|KB|MB|GB) or smaller\.$/i,
      (_, number, unit) => `Ce fichier dépasse ${size(number, unit)}.`],
    [/^File type must be .*$/s, () => "Vigie ne lit pas ce type de fichier."],
    [/^(?:Error: )?(\S*) ?files are not allowed\.$/, () => "Vigie ne lit pas ce type de fichier."],
    [/^:? ?(?:Number|Date(?: and time)?) (?:is|set) (?:outside|above|below) (?:the )?allowed range\.(.*)$/s,
      (_, rest) => `${NBSP}: hors des bornes${bounds(rest)}.`],
    [/^You can only select up to (\d+) options?\. Remove an option first\.$/,
      (_, most) => `${most} choix au plus${NBSP}: retirez-en un d'abord.`],
    [/^You have requested page \/(.*), but no corresponding file was found.*$/s,
      (_, page) => `La page «${NBSP}${page}${NBSP}» n'existe pas${NBSP}: voici la première.`],
    [/^The page that you have requested does not seem to exist\..*$/s,
      () => `Cette page n'existe pas${NBSP}: voici la première.`],
    [/^This app has encountered an error\..*$/s, () =>
      `Ce que vous demandiez n'a pas pu être fait${NBSP}: rechargez la page, et vérifiez ce qui est enregistré.`],
    [/^Connection failed with status (\d+).*$/s, (_, code) => `Le serveur de Vigie ne répond pas (${code}).`],
  ];
  const NAMES = ["aria-label", "title", "placeholder", "alt", "aria-roledescription", "aria-description", "aria-valuetext"];

  function say(text) {
    const whole = text.trim();
    if (!whole) return null;
    const known = TEXTS.get(whole);
    if (known !== undefined) return text.replace(whole, () => known);
    for (const [pattern, write] of PATTERNS) {
      if (pattern.test(whole)) return text.replace(whole, () => whole.replace(pattern, write));
    }
    return null;
  }

  const ours = (element) => !element || element.closest("[data-testid='stHtml'], .vigie-q, script, style");

  function translateText(node) {
    const said = say(node.data);
    if (said !== null && said !== node.data && !ours(node.parentElement)) node.data = said;
  }

  function translateNames(element) {
    for (const name of NAMES) {
      const text = element.getAttribute(name);
      if (!text) continue;
      const said = say(text);
      if (said !== null && said !== text && !ours(element)) element.setAttribute(name, said);
    }
  }

  // A sparkline has no text that could be read out; the figure above it says what it ends at.
  function hideSparkline(element) {
    if (element.dataset.testid === "stMetricChart") element.setAttribute("aria-hidden", "true");
  }

  // Wider than a phone, it slides: the keyboard must reach it.
  function openToKeyboard(element) {
    if (!element.classList.contains("st-key-graphique_croisement") || element.tabIndex === 0) return;
    element.tabIndex = 0;
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", "Visioconférences par cour et par activité, à faire défiler");
  }

  // What was validated at the bottom of a form is attested at the top of the page.
  function showReceipt(element) {
    if (element.classList.contains("vigie-recu")) element.closest("[data-testid='stMain']")?.scrollTo(0, 0);
  }

  function translate(root) {
    if (root.nodeType === Node.TEXT_NODE) return translateText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = root; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) translateText(node);
      else {
        translateNames(node);
        openToKeyboard(node);
        hideSparkline(node);
        showReceipt(node);
      }
    }
  }

  // Leaving a field can write a sentence that moves a button away between the press and the release: the browser
  // then clicks what holds both. What was pressed is what is meant, as long as the mouse itself did not move away.
  const NEAR = 6;
  let pressed = null;
  addEventListener("pointerdown", (event) => {
    const button = event.composedPath().find((each) => each.matches?.("button, summary, a[href]"));
    const meant = button && event.button === 0 && event.pointerType === "mouse";
    pressed = meant ? { button, x: event.clientX, y: event.clientY, at: button.getBoundingClientRect() } : null;
  }, true);
  addEventListener("click", (event) => {
    if (event.composedPath().includes(pressed?.button)) pressed = null;
  }, true);
  addEventListener("pointerup", ({ clientX, clientY }) => {
    const press = pressed;
    if (!press || Math.hypot(clientX - press.x, clientY - press.y) > NEAR) return;
    setTimeout(() => {
      const now = press.button.getBoundingClientRect();
      const moved = Math.hypot(now.left - press.at.left, now.top - press.at.top) > NEAR;
      if (pressed === press && moved && press.button.isConnected) press.button.click();
    });
  }, true);

  // The name that signs serves again after a reload, which begins another session: kept half a day, here alone.
  const SIGNS = "input[placeholder='Prénom Nom, service']";
  addEventListener("input", ({ target }) => {
    if (!target.matches?.(SIGNS)) return;
    const rest = `path=/; max-age=43200; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
    document.cookie = `vigie-nom=${encodeURIComponent(target.value.trim())}; ${rest}`;
  }, true);

  // Signing in goes through the provider, which comes back to the first page: the server is told where one was.
  addEventListener("click", ({ target }) => {
    if (!target.closest?.(".st-key-se_connecter button")) return;
    const asked = encodeURIComponent(location.pathname.replace(__BASE__, "") + location.search);
    document.cookie = `vigie-retour=${asked}; path=/; max-age=900; samesite=lax`;
  }, true);

  // What is shown and not recorded yet is not lost without a word: the browser asks before it leaves.
  addEventListener("beforeunload", (event) => {
    const typing = document.activeElement?.matches(".st-key-modele_corps textarea, .st-key-modele_sujet input");
    if (typing || document.querySelector(".vigie-non-enregistre")) event.preventDefault();
  });

  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(translate);
      else if (type === "characterData") translateText(target);
      else translateNames(target);
    }
  }).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMES,
  });
})();
