import { Paper } from "./paper.js";
import { show, showNothing, showProblem, showSaliency } from "./answer.js";

const LONGEST = 2048; // pixels of a picture that is sent
const PAUSE = 200; // milliseconds between requests while a stroke is drawn
const PATHS = { digits: "v1/explain", numbers: "v1/numbers" };

const byId = (id) => document.getElementById(id);
const paper = new Paper(byId("paper"));
let token = sessionStorage.getItem("token"); // for a server that needs one
let picture = null; // a file that was opened instead of drawing
let asked = null; // aborts the previous request
let timer = null;

const kind = () => document.querySelector("input[name=kind]:checked").value;

function update() {
  const isEmpty = !picture && paper.isEmpty;
  byId("hint").hidden = !isEmpty;
  byId("clear").disabled = isEmpty;
  byId("undo").disabled = paper.isEmpty;
}

async function ask() {
  clearTimeout(timer);
  timer = null;
  asked?.abort();
  paper.setBoxes([]);
  update();
  if (!picture && paper.isEmpty) {
    showNothing();
    return;
  }
  asked = new AbortController();
  const { signal } = asked;
  document.body.classList.add("waiting");
  try {
    const body = picture ?? (await paper.toBlob());
    const asking = kind();
    const headers = { "Content-Type": body.type || "application/octet-stream" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(PATHS[asking], { method: "POST", body, headers, signal });
    const document = await response.json();
    if (signal.aborted) return;
    byId("token-form").hidden = response.status !== 401;
    if (response.status === 401) {
      showProblem(token ? "The server does not accept this token." : "This server needs a token.");
      return;
    }
    if (!response.ok) {
      showProblem(document.detail ?? `The server answered with status ${response.status}.`);
      return;
    }
    show(asking, document);
    if (asking === "numbers") paper.setBoxes(document.answers[0].digits);
  } catch (error) {
    if (error.name === "AbortError") return;
    showProblem("The server does not answer. Check that it is running, then draw again.");
  } finally {
    if (asked?.signal === signal) document.body.classList.remove("waiting");
  }
}

function askSoon() {
  update();
  timer ??= setTimeout(ask, PAUSE);
}

function clear() {
  picture = null;
  paper.clear();
  ask();
}

function undo() {
  if (!paper.isEmpty) paper.undo();
  ask();
}

async function open(file) {
  if (!file) return;
  paper.clear();
  picture = file;
  try {
    const image = await createImageBitmap(file);
    picture = await reduced(image, file);
    paper.setPicture(image, picture === file ? 1 : LONGEST / Math.max(image.width, image.height));
  } catch {
    // The server will say what is wrong with the file.
  }
  ask();
}

async function reduced(image, file) {
  const scale = LONGEST / Math.max(image.width, image.height);
  if (scale >= 1) return file;
  const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

function setKind(value) {
  byId(`kind-${value}`).checked = true;
  kindChanged();
}

function kindChanged() {
  document.body.classList.toggle("wide", kind() === "numbers");
  paper.resize();
  ask();
}

for (const input of document.querySelectorAll("input[name=kind]")) {
  input.addEventListener("change", kindChanged);
}
byId("clear").addEventListener("click", clear);
byId("undo").addEventListener("click", undo);
byId("as-number").addEventListener("click", () => setKind("numbers"));
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token = byId("token").value;
  sessionStorage.setItem("token", token);
  ask();
});
byId("saliency").addEventListener("change", (event) => showSaliency(event.target.checked));
for (const id of ["file", "camera"]) {
  byId(id).addEventListener("change", (event) => {
    open(event.target.files[0]);
    event.target.value = "";
  });
}

paper.onStroke = () => {
  picture = null;
  askSoon();
};
paper.onStrokeEnd = ask;
paper.onClear = clear;
paper.onUndo = undo;

document.addEventListener("paste", (event) => open(event.clipboardData.files[0]));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dragged");
});
document.addEventListener("dragleave", () => document.body.classList.remove("dragged"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dragged");
  open(event.dataTransfer.files[0]);
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    undo();
  }
});

async function addExamples() {
  const response = await fetch("examples.json");
  for (const { file, kind: value, text } of await response.json()) {
    const button = document.createElement("button");
    const image = document.createElement("img");
    button.type = "button";
    image.src = file;
    image.alt = text;
    button.append(image);
    button.addEventListener("click", async () => {
      if (kind() !== value) {
        byId(`kind-${value}`).checked = true;
        document.body.classList.toggle("wide", value === "numbers");
        paper.resize();
      }
      open(await (await fetch(file)).blob());
    });
    document.querySelector(".examples").append(button);
  }
}

update();
addExamples();
