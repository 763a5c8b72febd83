// Keeps a phone's thread live. Without it the page still works: its forms post, and the answer is the page again.

const log = document.getElementById("log");
const box = document.getElementById("body");
const composer = document.getElementById("composer");
const refused = document.getElementById("refused");
const lost = document.getElementById("lost");

const toEnd = () => { log.scrollTop = log.scrollHeight; };
const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function show({ number, html }) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const bubble = template.content.firstElementChild;
  const shown = document.getElementById(`bubble-${number}`);
  const follow = isAtEnd() || bubble.classList.contains("family");
  if (shown) {
    shown.replaceWith(bubble);
    bubble.style.animation = "none";
  } else {
    log.insertBefore(bubble, log.querySelector(".typing"));
  }
  if (follow) toEnd();
}

function listen() {
  const events = new EventSource(`${log.dataset.events}?after=${log.dataset.after}`);
  events.addEventListener("bubble", (event) => show(JSON.parse(event.data)));
  events.addEventListener("clock", (event) => {
    document.getElementById("clock").textContent = event.data;
    lost.textContent = "";
  });
  events.addEventListener("reload", () => { events.close(); location.reload(); });
  events.addEventListener("error", () => {
    lost.textContent = "The connection to this phone was lost. Trying again…";
  });
}

// Returns what went wrong, in words, or "".
async function send(form, submitter) {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form, submitter)),
      headers: { "X-Requested-With": "phone" },
    });
    return response.ok ? "" : (await response.text()).trim();
  } catch {
    return "That did not leave this page: the demo is not answering. Start it again, then try once more.";
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-live]")) return;
  event.preventDefault();
  refused.textContent = "";
  if (form !== composer) {
    refused.textContent = await send(form, event.submitter);
    return;
  }
  const draft = box.value;
  if (!draft.trim()) return;
  const sent = send(form, event.submitter);
  box.value = "";
  box.focus();
  const words = await sent;
  if (words) {
    refused.textContent = words;
    if (!box.value) box.value = draft;
  }
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

function findPhones() {
  const field = document.getElementById("find");
  const rows = [...document.querySelectorAll(".families li")]
    .map((row) => ({ row, words: row.textContent.toLowerCase(), digits: row.textContent.replace(/\D/g, "") }));
  field.closest(".find").hidden = false;
  field.addEventListener("input", () => {
    const asked = field.value.trim().toLowerCase();
    const digits = asked.replace(/[\s().+-]/g, "");
    const byDigits = /^\d+$/.test(digits);
    let count = 0;
    for (const { row, words, digits: own } of rows) {
      row.hidden = !(words.includes(asked) || (byDigits && own.includes(digits)));
      if (!row.hidden) count += 1;
    }
    document.getElementById("nobody").hidden = count > 0;
    document.querySelector(".families").hidden = count === 0;
    document.getElementById("found").textContent = asked ? `${count} ${count === 1 ? "phone" : "phones"} found` : "";
  });
}

findPhones();
listen();
toEnd();
document.querySelector(".families [aria-current]")?.scrollIntoView({ block: "nearest" });
if (document.querySelector("main.chosen") && matchMedia("(hover: hover)").matches) box.focus();
