
// ONNX Runtime is above, as `ort`. What follows is Regraft's: the graphs' files are scripts beside this page, each of
// which leaves one text in `regraftFiles`.
const N_SHOWN = 5, N_KEPT = 100, N_PIXELS_MAX = 64e6;
let turn = Promise.resolve(), nGone = 0;
const element = (id) => document.getElementById(id);

async function main() {
  const files = globalThis.regraftFiles ?? {};
  for (const name of ["about", "runtime", "any_size", "classifier"]) {
    if (!files[name]) throw new Error(`${name}.js is missing or damaged: keep all files of the folder together.`);
  }
  const about = JSON.parse(new TextDecoder().decode(decoded(files.about)));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await unzipped(decoded(files.runtime));
  ort.env.logLevel = "error";
  const opened = [];
  for (const name of ["any_size", "classifier"]) {
    opened.push(await ort.InferenceSession.create(decoded(files[name]), { executionProviders: ["wasm"] }));
    delete files[name];
  }
  const [resize, classifier] = opened;

  // From the pixels of one picture, RGB without opacity, to what the classifier says of it.
  async function judge(pixels, width, height) {
    const image = new ort.Tensor("uint8", pixels, [height, width, 3]);
    return await judgeResized(await resize.run({ image }));
  }
  async function judgeResized(inputs) {
    const said = await classifier.run(inputs);
    return Object.fromEntries(Object.entries(said).map(([name, tensor]) => [name, Array.from(tensor.data)]));
  }
  return { about, judge, judgeResized, ort };
}

function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  return bytes;
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

// A picture as Regraft sees it: upright, its colours as they are in the file, over white where it is transparent.
async function pixelsOf(source) {
  const picture = await createImageBitmap(source, { colorSpaceConversion: "none", imageOrientation: "from-image" });
  try {
    return drawn(picture, picture.width, picture.height);
  } finally {
    picture.close();
  }
}

function drawn(picture, width, height) {
  if (width * height > N_PIXELS_MAX) throw new Error(`it has ${width} x ${height} pixels, which is too many`);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  const shown = context.getImageData(0, 0, width, height).data;
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < shown.length; from += 4, to += 3) {
    pixels[to] = shown[from];
    pixels[to + 1] = shown[from + 1];
    pixels[to + 2] = shown[from + 2];
  }
  return [pixels, width, height];
}

function made(tag, text = "", kind = "") {
  const one = document.createElement(tag);
  one.textContent = text;
  if (kind) one.className = kind;
  return one;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// What the classifier says of one picture, to be read.
function told(said, about) {
  const names = about.class_names, parts = [];
  const order = said.probabilities.map((_, place) => place);
  order.sort((one, other) => said.probabilities[other] - said.probabilities[one]);
  const isUnknown = Boolean(said.unknown?.[0]);
  parts.push(made("h2", isUnknown ? "None of these?" : names[order[0]], isUnknown ? "unknown" : ""));
  if (isUnknown) {
    parts.push(made("p", `It looks like none of the classes. The nearest is ${names[order[0]]}.`, "more"));
  }
  const table = made("table");
  for (const place of order.slice(0, N_SHOWN)) {
    const row = table.insertRow(), bar = made("progress");
    row.insertCell().textContent = names[place];
    bar.value = said.probabilities[place];
    bar.ariaLabel = names[place];
    const cell = row.insertCell();
    cell.className = "bar";
    cell.append(bar);
    row.append(made("td", percent(said.probabilities[place]), "number"));
  }
  parts.push(table);
  if (said.set) {
    const named = order.filter((place) => said.set[place]).map((place) => names[place]);
    parts.push(made("p", `In ${percent(1 - about.sets.miss_rate)} of pictures one of these: ${named.join(", ")}`, "more"));
  }
  return parts;
}

async function show(file, classifier) {
  const card = made("article", "", "card"), answer = made("div"), picture = made("img"), name = file.name || "pasted";
  try {
    answer.append(...told(await classifier.judge(...(await pixelsOf(file))), classifier.about));
    picture.alt = name;
    picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(file);
    card.append(picture);
  } catch (error) {
    answer.append(made("p", `This could not be read as a picture: ${error.message}`, "error"));
  }
  answer.append(made("p", name, "file"));
  card.append(answer);
  element("answers").prepend(card);
  for (; element("answers").children.length > N_KEPT; nGone += 1) element("answers").lastChild.remove();
}

// What is given while pictures are looked at waits for its turn.
function showAll(files, classifier) {
  if (files.length) turn = turn.then(() => showEach(files, classifier));
}

async function showEach(files, classifier) {
  for (const [place, file] of files.entries()) {
    say(`Picture ${place + 1} of ${files.length} …`);
    await show(file, classifier);
    await new Promise((done) => setTimeout(done)); // to be drawn; goes on in a hidden tab
  }
  say(ready(classifier.about));
}

const ready = (about) =>
  `Ready: ${about.class_names.length} classes.` + (nGone ? ` Only the last ${N_KEPT} answers are kept (${nGone} are gone).` : "");

// The camera, looked at again as soon as the last look is judged; until it is switched off, or fails.
async function look(classifier) {
  const video = element("video"), button = element("camera");
  if (video.srcObject) return switchOff();
  button.disabled = true;
  const wanted = { video: { facingMode: "environment", width: { ideal: 640 } } };
  const stream = await navigator.mediaDevices.getUserMedia(wanted).finally(() => { button.disabled = false; });
  video.srcObject = stream;
  element("live").hidden = false;
  button.textContent = "Switch the camera off";
  try {
    await video.play();
    while (video.srcObject === stream) {
      if (!stream.active) throw new Error("it stopped");
      const said = await classifier.judge(...drawn(video, video.videoWidth, video.videoHeight));
      element("live-answer").replaceChildren(...told(said, classifier.about));
      await new Promise(requestAnimationFrame);
    }
  } catch (error) {
    if (video.srcObject !== stream) return; // it was switched off meanwhile
    switchOff();
    throw error;
  }
}

function switchOff() {
  const video = element("video");
  for (const track of video.srcObject.getTracks()) track.stop();
  video.srcObject = null;
  element("live").hidden = true;
  element("camera").textContent = "Use the camera";
}

function listen(classifier) {
  const drop = element("drop"), given = element("files");
  given.disabled = false;
  given.addEventListener("change", () => {
    showAll([...given.files], classifier);
    given.value = ""; // so that the same may be chosen again
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") showAll([...event.dataTransfer.files], classifier);
    });
  }
  document.addEventListener("paste", (event) => showAll([...event.clipboardData.files], classifier));
  element("camera").disabled = !navigator.mediaDevices;
  element("camera").addEventListener("click", () => look(classifier).catch((error) => fail(`No camera: ${error.message}`)));
}

function describe(about) {
  document.title = about.name;
  element("name").textContent = about.name;
  say(ready(about));
  const lines = [
    `Classes: ${about.class_names.join(", ")}`,
    ...about.networks.map((one) => `Network ${one.name}: ${one.licence ?? "licence not known"}${one.source ? `, ${one.source}` : ""}`),
    `Made by Regraft ${about.versions.regraft ?? ""} from bundle ${about.bundle.slice(0, 16)}; run by ONNX Runtime (MIT, see licences.txt).`,
  ];
  element("about").replaceChildren(...lines.map((line) => made("p", line)));
}

function say(message, kind = "") {
  element("state").textContent = message;
  element("state").className = kind;
}

const fail = (message) => say(message, "error");

globalThis.regraft = main();
globalThis.regraft.then((classifier) => {
  describe(classifier.about);
  listen(classifier);
}).catch((error) => fail(`This page does not work here: ${error.message}`));
