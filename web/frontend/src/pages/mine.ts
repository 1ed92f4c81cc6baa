// "Mes votes": says what has changed since the last visit, and brings the rows that only the device remembers.
import { OwnVotes } from "../own.ts";
import { GAUGE_FROM, share } from "../share.ts";
import { WRITTEN, ago, change } from "../since.ts";
import { deviceStore } from "../store.ts";
import { ARRIVED, articles, readTopic, topicOfArticle } from "../topics.ts";
import { Visits } from "../visits.ts";
import { pageWords, percent, region } from "../words.ts";

const AT_ONCE = 20;

const words = pageWords();
const store = deviceStore();
const votes = new OwnVotes(store);
const visits = new Visits(store);

function start(list: HTMLElement, more: HTMLButtonElement): void {
  const known = new Set(JSON.parse(list.dataset.known ?? "[]") as number[]);
  let others = votes.topics.filter((topic) => !known.has(topic));
  for (const article of articles()) tellChange(article);
  // The rows that only the device knows come after all the others.
  const offer = (): void => void (more.hidden = others.length === 0 || "morePages" in list.dataset);
  more.addEventListener("click", () => {
    void bring(list, others.slice(0, AT_ONCE)).then((done) => {
      note(done ? "" : words.say("mine", "failed"));
      if (done) others = others.slice(AT_ONCE);
      offer();
    });
  });
  offer();
  if (!known.size && others.length) more.click();
}

/** Whether the rows of these topics are there now. */
async function bring(list: HTMLElement, topics: readonly number[]): Promise<boolean> {
  const rows = await ask(topics);
  if (!rows) return false;
  document.querySelector<HTMLElement>(".mine-none")?.setAttribute("hidden", "");
  let first: HTMLElement | undefined;
  for (const row of rows) {
    const article = row.querySelector<HTMLElement>("article");
    if (!article || !remember(article)) continue;
    list.append(row);
    tellChange(article);
    first ??= article;
  }
  document.dispatchEvent(new Event(ARRIVED));
  first?.querySelector<HTMLElement>(".card-title a")?.focus();
  return true;
}

async function ask(topics: readonly number[]): Promise<HTMLElement[] | null> {
  try {
    const body = new URLSearchParams({ sujets: topics.join(",") });
    const answer = await fetch("/mes-votes/lignes", { method: "POST", body });
    if (!answer.ok) return null;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    return [...part.content.querySelectorAll<HTMLElement>(".mine-row")];
  } catch {
    return null;
  }
}

/** Where the server has destroyed the topic's key, only the device still knows the sign; an open one it would know. */
function remember(article: HTMLElement): boolean {
  const topic = topicOfArticle(article);
  const vote = votes.get(topic);
  if (article.dataset.own) return true;
  if (!vote || article.dataset.state !== "closed") {
    votes.remove(topic);
    return false;
  }
  article.dataset.own = String(vote.sign);
  const told = document.createElement("p");
  told.className = "vote-own";
  told.textContent = words.say("own", String(vote.sign));
  article.append(told);
  return true;
}

function tellChange(article: HTMLElement): void {
  const { tally } = readTopic(article);
  const line = article.closest(".mine-row")?.querySelector<HTMLElement>(".mine-change");
  if (!tally || !line) return;
  const now = Date.now();
  const before = visits.before(topicOfArticle(article), now);
  const plus = tally.headline && tally.voters >= GAUGE_FROM ? share(tally.headline).plus : null;
  const news = change(before, plus, tally.voters);
  if (!before || !news) return;
  const when = ago(before.at, now);
  const since = new Intl.DateTimeFormat(region(), WRITTEN[when]).format(before.at);
  const values =
    news.kind === "ratio" ? { before: percent(news.before), now: percent(news.now), since } : { n: news.n, since };
  line.textContent = words.say("mine", `${news.kind}-${when}`, values);
  line.hidden = false;
}

function note(text: string): void {
  const line = document.querySelector(".mine-note");
  if (line) line.textContent = text;
}

const list = document.querySelector<HTMLElement>(".mine-rows");
const more = document.querySelector<HTMLButtonElement>(".mine-more");
if (list && more) start(list, more);
