// One live topic in another site's frame. Nothing is kept here: browsers may forbid it, and nobody is told apart.
import { Clock, timeLeft } from "../clock.ts";
import { defineElements } from "../elements/index.ts";
import { openSession } from "../socket.ts";
import { Standings } from "../standings.ts";
import { articles, readTopic, topicOfArticle, writeTopic } from "../topics.ts";
import { pageWords } from "../words.ts";

function start(article: HTMLElement): void {
  const topic = topicOfArticle(article);
  const words = pageWords();
  const clock = new Clock(Date.now);
  const standings = new Standings(draw);
  standings.begin(topic, readTopic(article));

  function draw(): void {
    const shown = { version: standings.version(topic), tally: standings.shown(topic), own: null, seen: null };
    writeTopic(article, { ...shown, at: clock.now() }, words);
  }

  const session = openSession("/live", {
    subscriptions: () => standings.subscriptions(),
    opened: ({ time }) => {
      clock.set(time);
      document.body.dataset.connected = "true";
    },
    lost: () => {
      document.body.dataset.connected = "false";
    },
    heard: (message) => {
      const isState = message.t === "snap" || message.t === "delta";
      if (isState && !standings.take(message)) session.resync(message.channel);
    },
  });

  function tick(): void {
    const closes = Number(article.dataset.closes);
    if (!closes || article.dataset.state !== "open") return;
    const { phrase, n } = timeLeft(closes, clock.now());
    const left = article.querySelector(".time-left");
    if (left) left.textContent = words.say("time", phrase, n === undefined ? {} : { n });
    if (phrase === "closed") article.dataset.state = "closed";
  }

  draw();
  setInterval(tick, 1000);
  session.wake();
}

/** Which site shows us is not ours to know here, and a height is no secret. */
function tellHeight(content: Element): void {
  const tell = (): void => {
    const { height } = content.getBoundingClientRect();
    parent.postMessage({ imaginest: { height } }, "*");
  };
  new ResizeObserver(tell).observe(content);
}

defineElements();
const article = articles()[0];
if (article) start(article);
const content = document.querySelector("main");
if (content && parent !== window) tellHeight(content);
