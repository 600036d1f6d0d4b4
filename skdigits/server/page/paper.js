// A canvas to draw on with mouse, pen, touch or keyboard; it may show a picture instead.

const PEN = 0.05; // width, as a share of the paper's shorter side
const STEP = 0.03; // how far an arrow key moves the pen, in the same unit
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Paper {
  onStroke = () => {};
  onStrokeEnd = () => {};
  onClear = () => {};
  onUndo = () => {};

  #canvas;
  #strokes = []; // lists of points, from the middle, in the same unit
  #current = null;
  #boxes = [];
  #picture = null; // { image, scale } of the picture sent
  #pen = null; // of the keyboard: { x, y, isDown }

  constructor(canvas) {
    this.#canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => this.#up());
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#lift());
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  get isEmpty() {
    return this.#strokes.length === 0;
  }

  clear() {
    this.#strokes = [];
    this.#boxes = [];
    this.#picture = null;
    this.#pen = null;
    this.#paint();
  }

  undo() {
    this.#strokes.pop();
    this.#paint();
  }

  setPicture(image, scale) {
    this.#picture = { image, scale };
    this.#paint();
  }

  setBoxes(digits) {
    this.#boxes = digits;
    this.#paint();
  }

  resize() {
    const { width, height } = this.#canvas.getBoundingClientRect();
    this.#canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
    this.#canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
    this.#paint();
  }

  toBlob() {
    const { width, height } = this.#canvas;
    const copy = new OffscreenCanvas(width, height);
    const context = copy.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    this.#drawStrokes(context, "#000");
    return copy.convertToBlob({ type: "image/png" });
  }

  get #side() {
    return Math.min(this.#canvas.width, this.#canvas.height);
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const side = Math.min(box.width, box.height);
    return [
      (event.clientX - box.left - box.width / 2) / side,
      (event.clientY - box.top - box.height / 2) / side,
    ];
  }

  #start(point) {
    if (this.#picture) this.clear();
    this.#boxes = [];
    this.#current = [point];
    this.#strokes.push(this.#current);
    this.#paint();
    this.onStroke();
  }

  #continue(points) {
    this.#current.push(...points);
    this.#paint();
    this.onStroke();
  }

  #end() {
    if (!this.#current) return;
    this.#current = null;
    this.onStrokeEnd();
  }

  #down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#lift();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#start(this.#point(event));
  }

  #move(event) {
    if (!this.#current || !event.isPrimary || this.#pen?.isDown) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.#continue((events.length ? events : [event]).map((each) => this.#point(each)));
  }

  #up() {
    if (!this.#pen?.isDown) this.#end();
  }

  #lift() {
    if (this.#pen?.isDown) this.#end();
    this.#pen = null;
    this.#paint();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) {
      this.#movePen(move, event.shiftKey ? 3 : 1);
    } else if (event.key === " ") {
      this.#togglePen();
    } else if (event.key === "Escape") {
      this.onClear();
    } else if (event.key === "Backspace") {
      this.onUndo();
    } else {
      return;
    }
    event.preventDefault();
  }

  #togglePen() {
    this.#pen ??= { x: 0, y: 0, isDown: false };
    this.#pen.isDown = !this.#pen.isDown;
    if (this.#pen.isDown) {
      const { x, y } = this.#pen;
      const pen = this.#pen;
      this.#start([x, y]);
      this.#pen = pen;
    } else {
      this.#end();
    }
    this.#paint();
  }

  #movePen([right, down], times) {
    this.#pen ??= { x: 0, y: 0, isDown: false };
    const pen = this.#pen;
    const limit = (length) => length / this.#side / 2;
    const within = (value, most) => Math.min(most, Math.max(-most, value));
    pen.x = within(pen.x + right * STEP * times, limit(this.#canvas.width));
    pen.y = within(pen.y + down * STEP * times, limit(this.#canvas.height));
    if (pen.isDown) this.#continue([[pen.x, pen.y]]);
    this.#paint();
  }

  #paint() {
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    if (this.#picture) this.#drawPicture(context);
    const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink");
    this.#drawStrokes(context, ink);
    this.#drawBoxes(context);
    if (this.#pen) this.#drawPen(context);
  }

  #drawStrokes(context, color) {
    const side = this.#side;
    const { width, height } = this.#canvas;
    context.strokeStyle = color;
    context.lineWidth = PEN * side;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const points of this.#strokes) {
      context.beginPath();
      for (const [x, y] of points) context.lineTo(width / 2 + x * side, height / 2 + y * side);
      if (points.length === 1) {
        const [[x, y]] = points;
        context.lineTo(width / 2 + x * side + 0.01, height / 2 + y * side);
      }
      context.stroke();
    }
  }

  // The picture's scale and its upper left corner on the paper.
  #place() {
    const { image } = this.#picture;
    const { width, height } = this.#canvas;
    const scale = Math.min(width / image.width, height / image.height);
    return [scale, (width - image.width * scale) / 2, (height - image.height * scale) / 2];
  }

  #drawPicture(context) {
    const { image } = this.#picture;
    const [scale, left, top] = this.#place();
    context.drawImage(image, left, top, image.width * scale, image.height * scale);
  }

  #drawBoxes(context) {
    let [scale, left, top] = [1, 0, 0];
    if (this.#picture) {
      [scale, left, top] = this.#place();
      scale /= this.#picture.scale;
    }
    context.lineWidth = Math.max(2, 0.006 * this.#side);
    for (const { box, doubtful } of this.#boxes) {
      context.strokeStyle = doubtful ? "#c04a00" : "#0b7285";
      context.setLineDash(doubtful ? [8, 6] : []);
      const [x0, y0, x1, y1] = box.map((value) => value * scale);
      context.strokeRect(left + x0, top + y0, x1 - x0, y1 - y0);
    }
    context.setLineDash([]);
  }

  #drawPen(context) {
    const { x, y, isDown } = this.#pen;
    const { width, height } = this.#canvas;
    const side = this.#side;
    context.beginPath();
    context.arc(width / 2 + x * side, height / 2 + y * side, 0.035 * side, 0, 2 * Math.PI);
    context.strokeStyle = isDown ? "#c04a00" : "#0b7285";
    context.lineWidth = Math.max(2, 0.008 * side);
    context.stroke();
  }
}
