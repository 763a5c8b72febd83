// Keeps the board fresh. The server renders every row; this module puts new words into the rows that are there, so that
// what has the focus is never made anew, and moves rows only while nobody is working in them.

const RETRY_SECONDS = [2, 4, 8, 15, 30];
const GIVE_UP_SECONDS = 10;
const SPEAK_EVERY_MS = 25_000;
const LIVE_SECONDS = 90;
const LAST_SEEN_SECONDS = 360;

const byId = (id) => document.getElementById(id);
const table = byId("runs");
const body = byId("rows");

/** The district's clock as the server told it: `at` at our own moment `heard`, running `rate` times as fast as ours. */
const clock = { at: Number(byId("clock")?.dataset.at), heard: performance.now(), rate: 1 };
const districtNow = () => clock.at + (performance.now() - clock.heard) * clock.rate;

function setClock(at) {
  const heard = performance.now();
  const elapsed = heard - clock.heard;
  // A replay's clock may run many times as fast; between two answers we go on at the pace of the last ones.
  if (elapsed > 500) {
    const rate = (at - clock.at) / elapsed;
    clock.rate = Math.abs(rate - 1) < 0.1 ? 1 : Math.min(1000, Math.max(0, rate)); // a slow answer is not a fast clock
  }
  Object.assign(clock, { at, heard });
}

/** As `age_words` in templates.py. */
function ageWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 100) return `${whole} s`;
  if (whole < 6000) return `${Math.floor(whole / 60)} min`;
  if (whole >= 172800) return `${Math.floor(whole / 86400)} days`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}`;
}

function ageKind(seconds) {
  if (seconds <= LIVE_SECONDS) return "live";
  return seconds <= LAST_SEEN_SECONDS ? "old" : "silent";
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

const wallTime = new Intl.DateTimeFormat("en-US", {
  hour: "numeric", minute: "2-digit", second: "2-digit", timeZone: byId("clock")?.dataset.zone || undefined,
});

function tick() {
  if (paused) return;
  const now = districtNow();
  for (const time of document.querySelectorAll("time[data-at]:not(#clock)")) {
    const seconds = (now - Number(time.dataset.at)) / 1000;
    setText(time, ageWords(seconds));
    if (time.dataset.age) time.dataset.age = ageKind(seconds);
  }
  const parts = Object.fromEntries(wallTime.formatToParts(now).map((part) => [part.type, part.value]));
  setText(byId("clock"), `${parts.hour}:${parts.minute}:${parts.second}`);
  setText(byId("half-day"), parts.dayPeriod);
}

// ---- Filters ------------------------------------------------------------------------------------------------------

const form = byId("filters");
const search = byId("q");
let chosen = form?.querySelector('[aria-pressed="true"]')?.dataset.group ?? "";

/** As `is_shown` in page.py. */
function isShown(row) {
  if (chosen && !row.dataset.groups.split(" ").includes(chosen)) return false;
  return row.dataset.search.includes(search.value.trim().toLowerCase());
}

function filter() {
  let shown = 0;
  for (const row of body.rows) {
    // A row in use does not vanish under the hands.
    row.hidden = !isShown(row) && !row.contains(document.activeElement);
    if (!row.hidden) shown += 1;
  }
  const none = byId("none");
  none.hidden = shown > 0;
  if (body.rows.length) setText(none, "No run matches. Clear the search or the filter to see all of them.");
  table.hidden = shown === 0;
  for (const chip of form.querySelectorAll("[data-group]")) {
    chip.setAttribute("aria-pressed", String(chip.dataset.group === chosen));
  }
  const address = new URL(location.href);
  for (const [name, value] of [["show", chosen], ["q", search.value.trim()]]) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.replaceState(null, "", address);
}

// ---- Rows ---------------------------------------------------------------------------------------------------------

/** Somebody reads or works in the rows: words may change, places may not. */
const inUse = () => body.contains(document.activeElement) || body.matches(":hover");

function copyAttributes(from, to) {
  for (const { name, value } of from.attributes) {
    if (name !== "hidden" && to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
}

/** What a cell says apart from the ages, which the browser keeps. */
function withoutAges(cell) {
  const copy = cell.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) {
    time.textContent = "";
    time.removeAttribute("data-age");
  }
  return copy.innerHTML;
}

function patchRow(row, fresh) {
  copyAttributes(fresh, row);
  [...fresh.cells].forEach((cell, index) => {
    const old = row.cells[index];
    copyAttributes(cell, old);
    if (withoutAges(cell) === withoutAges(old)) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    if (!focused) old.replaceChildren(...cell.childNodes);
    else setText(focused, cell.querySelector("a")?.textContent ?? focused.textContent);
  });
}

function patchRows(html) {
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${html}</tbody></table>`;
  const fresh = [...template.content.querySelectorAll("tr")];
  const known = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const wanted = fresh.map((row) => {
    const old = known.get(row.dataset.key);
    if (!old) return row;
    known.delete(row.dataset.key);
    patchRow(old, row);
    return old;
  });
  for (const row of known.values()) {
    if (row.contains(document.activeElement)) row.classList.add("gone");
    else row.remove();
  }
  order = wanted;
  for (const row of wanted) if (!row.isConnected) body.append(row); // new ones wait at the end while rows are in use
  if (inUse()) offerReorder();
  else reorder();
  filter();
}

let order = body ? [...body.rows] : [];

/** How many visible rows stand elsewhere than they should. */
function misplaced() {
  const isHere = [...body.rows].filter((row) => !row.hidden && !row.classList.contains("gone"));
  const should = order.filter((row) => isShown(row) && row.isConnected);
  return should.filter((row, index) => isHere[index] !== row).length;
}

function offerReorder() {
  const count = misplaced();
  byId("moved").hidden = count === 0;
  setText(byId("reorder"), `Put ${count} ${count === 1 ? "row" : "rows"} in order`);
}

function reorder() {
  byId("moved").hidden = true;
  let previous = null;
  for (const row of order) {
    const place = previous ? previous.nextElementSibling : body.firstElementChild;
    if (row !== place) body.insertBefore(row, place);
    previous = row;
  }
}

/** The button that asked for it is about to go, so the focus returns to the row it came from. */
function reorderOnRequest() {
  reorder();
  const back = lastUsed?.isConnected ? lastUsed : table;
  back.focus({ preventScroll: true });
}

let lastUsed = null;

// ---- Words about the connection ------------------------------------------------------------------------------------

let paused = false;
let failures = 0;

function showLink(state, words) {
  byId("link").dataset.state = state;
  setText(byId("link-words"), words);
}

function sayTrouble(text, link) {
  const trouble = byId("trouble");
  if (!text) {
    trouble.hidden = true;
    trouble.textContent = "";
    return;
  }
  if (trouble.dataset.said === text && !trouble.hidden) return; // an alert is spoken once
  trouble.dataset.said = text;
  trouble.textContent = text;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    trouble.append(" ", anchor);
  }
  trouble.hidden = false;
}

let spoken = "";
let spokenAt = 0;

function speak(summary) {
  if (!byId("speak").checked || summary === spoken || performance.now() - spokenAt < SPEAK_EVERY_MS) return;
  if (spoken !== "") setText(byId("status"), summary); // the first one is on the page already
  spoken = summary;
  spokenAt = performance.now();
}

// ---- The loop -----------------------------------------------------------------------------------------------------

let timer = 0;

function later(seconds) {
  clearTimeout(timer);
  timer = setTimeout(refresh, seconds * 1000);
}

async function refresh() {
  if (paused || document.hidden) return; // shown again, it refreshes at once
  const every = Number(table.dataset.refreshSeconds);
  try {
    const answer = await fetch("/board/rows", {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(GIVE_UP_SECONDS * 1000),
    });
    if (answer.status === 401) {
      showLink("lost", "Signed out");
      const back = encodeURIComponent(location.pathname + location.search);
      sayTrouble("You have been signed out, so this page no longer changes.", {
        href: `/sign-in?ended=yes&next=${back}`,
        text: "Sign in again",
      });
      return;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const news = await answer.json();
    if (paused) return;
    setClock(Number(answer.headers.get("X-Busline-Now")));
    showCases(answer.headers.get("X-Busline-Cases") ?? "");
    take(news);
    failures = 0;
    showLink("live", "Live");
    sayTrouble("");
    later(every);
  } catch {
    // Every way a request can fail means the same to the reader: what is on the page is getting old.
    const wait = RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length - 1)];
    failures += 1;
    if (failures > 1) {
      const since = wallTime.format(clock.at);
      showLink("lost", "No connection");
      sayTrouble(`No connection to Busline. What you see is from ${since}. Trying again.`);
    }
    later(wait * (0.75 + Math.random() / 2));
  }
}

function showCases(words) {
  const line = byId("cases");
  if (line.textContent !== words) line.textContent = words;
  line.hidden = words === "";
}

function take(news) {
  patchRows(news.rows);
  const health = byId("health");
  const fresh = document.createElement("div");
  fresh.innerHTML = news.health;
  if (withoutAges(fresh) !== withoutAges(health)) health.replaceChildren(...fresh.childNodes);
  for (const chip of form.querySelectorAll("[data-group]")) {
    const amount = news.counts[chip.dataset.group];
    setText(chip.querySelector(".amount"), String(amount));
    chip.classList.toggle("some", amount > 0);
  }
  const urgent = news.counts.uncovered + news.counts.no_signal;
  document.title = `${urgent ? `(${urgent}) ` : ""}Board · Busline`;
  speak(news.summary);
  tick();
}

function setPaused(value) {
  paused = value;
  const button = byId("pause");
  button.setAttribute("aria-pressed", String(value));
  setText(button.querySelector("span"), value ? "Resume" : "Pause");
  button.querySelector("use").setAttribute("href", value ? "#i-play" : "#i-pause");
  if (value) {
    clearTimeout(timer);
    showLink("paused", `Paused at ${wallTime.format(districtNow())}`);
  } else {
    showLink("live", "Live");
    refresh();
  }
}

function remember(id) {
  const box = byId(id);
  box.checked = localStorage.getItem(`busline-${id}`) !== "off";
  box.addEventListener("change", () => localStorage.setItem(`busline-${id}`, box.checked ? "on" : "off"));
}

if (table) {
  remember("speak");
  remember("slash");
  byId("pause").hidden = false;
  byId("pause").addEventListener("click", () => setPaused(!paused));
  byId("reorder").addEventListener("click", reorderOnRequest);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const group = event.submitter?.dataset.group;
    if (group) chosen = chosen === group ? "" : group;
    filter();
  });
  search.addEventListener("input", filter);
  body.addEventListener("focusin", (event) => {
    lastUsed = event.target;
  });
  body.addEventListener("focusout", (event) => {
    if (event.relatedTarget === byId("reorder")) return;
    requestAnimationFrame(() => {
      if (inUse()) return;
      for (const row of body.querySelectorAll(".gone")) row.remove();
      reorder();
      filter();
    });
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && byId("slash").checked && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === "Escape") {
      if (event.target === search && search.value) {
        search.value = "";
        filter();
      } else if (byId("menu").open) {
        byId("menu").open = false;
        byId("menu").querySelector("summary").focus();
      }
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !paused) refresh();
  });
  setInterval(tick, 1000);
  tick();
  filter();
  later(1);
}
