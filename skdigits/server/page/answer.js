// Show the answer to a picture.

const NAMES = { picture: "picture", ink: "ink", digit: "digit", normal: "model input, 28 × 28" };

const byId = (id) => document.getElementById(id);
let shown = null; // the answer with its saliency

function percent(share) {
  if (share < 0.001) return "< 0.1 %";
  const digits = share >= 0.015 && share < 0.985 ? 0 : 1;
  return `${Math.min(100 * share, 99.9).toFixed(digits)} %`; // because nothing is certain
}

function say(label, sentence, isDoubtful) {
  byId("problem").hidden = true;
  byId("label").textContent = label;
  byId("sentence").textContent = sentence;
  document.body.classList.toggle("doubtful", isDoubtful);
  document.body.classList.toggle("long", label.length > 3);
}

function hideDetails() {
  for (const id of ["probabilities", "seen", "as-number"]) byId(id).hidden = true;
}

export function showNothing() {
  hideDetails();
  say("–", "Nothing drawn yet.", false);
}

export function showProblem(sentence) {
  hideDetails();
  say("–", "No answer.", false);
  byId("problem").textContent = sentence;
  byId("problem").hidden = false;
}

export function show(kind, document) {
  hideDetails();
  if (kind === "numbers") showNumber(document.answers[0]);
  else showDigit(document);
}

function showNumber({ text, confidence, best_unconstrained: best, rejected, digits }) {
  if (!text) {
    say("–", "No number found.", true);
    return;
  }
  const doubts = digits.filter((digit) => digit.doubtful).length;
  if (rejected) say(text, `Too uncertain; the best guess is ${best}.`, true);
  else if (doubts) say(text, `${percent(confidence)} sure; ? stands for an uncertain digit.`, true);
  else say(text, `${percent(confidence)} sure.`, false);
}

function showDigit(explanation) {
  const { answer } = explanation;
  shown = explanation;
  showSteps(explanation.steps, answer.findings);
  if (answer.label === null) {
    say("–", "No ink found.", true);
    return;
  }
  const sentences = [`${percent(answer.probability)} sure.`];
  if (answer.like_a_digit === false) sentences.unshift("Not like a digit.");
  if (answer.several) sentences.unshift("Perhaps several digits.");
  byId("as-number").hidden = !answer.several;
  say(answer.label, sentences.join(" "), sentences.length > 1 || answer.rejected);
  showProbabilities(explanation.probabilities);
  showSaliency(byId("saliency").checked);
}

function showProbabilities(probabilities) {
  const list = byId("probabilities").querySelector("ol");
  const best = Math.max(...Object.values(probabilities));
  list.replaceChildren(
    ...Object.entries(probabilities).map(([label, share]) => {
      const item = document.createElement("li");
      const [name, bar, length, value] = ["span", "span", "span", "span"].map((tag) =>
        document.createElement(tag),
      );
      item.classList.toggle("best", share === best);
      name.textContent = label;
      bar.className = "bar";
      bar.setAttribute("aria-hidden", "true");
      length.style.width = `${100 * share}%`;
      bar.append(length);
      value.className = "share";
      value.textContent = percent(share);
      item.append(name, bar, value);
      return item;
    }),
  );
  byId("probabilities").hidden = false;
}

function showSteps(steps, findings) {
  const figures = Object.entries(steps).map(([name, source]) => {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    const caption = document.createElement("figcaption");
    image.src = source;
    image.alt = "";
    image.dataset.step = name;
    caption.textContent = NAMES[name] ?? name;
    figure.append(image, caption);
    return figure;
  });
  byId("seen").querySelector(".steps").replaceChildren(...figures);
  byId("findings").replaceChildren(
    ...findings.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
  byId("seen").hidden = false;
}

export function showSaliency(isOn) {
  const image = document.querySelector("[data-step=normal]");
  if (shown?.saliency && image) image.src = isOn ? shown.saliency : shown.steps.normal;
}
