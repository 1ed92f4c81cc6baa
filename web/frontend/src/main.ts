// Puts the parts together; everything here also works, more slowly, without this program.
import { Announcer } from "./announcer.ts";
import { Clock, timeLeft } from "./clock.ts";
import { Connection } from "./connection.ts";
import { Desk } from "./desk.ts";
import type { Told } from "./desk.ts";
import { defineElements } from "./elements/index.ts";
import { startMotion } from "./motion.ts";
import { OwnVotes, withVote } from "./own.ts";
import { PendingVotes } from "./pending.ts";
import { profileStep } from "./profile.ts";
import type { Session } from "./session.ts";
import { GAUGE_FROM, share } from "./share.ts";
import { after, openSession } from "./socket.ts";
import { Standings } from "./standings.ts";
import { articles, cameBack, closeTopic, mainTopic, readTopic, titleOf, topicOfArticle, writeNote, writeTopic } from "./topics.ts";
import { listenForVotes, newOp, postVote } from "./vote.ts";
import { writeWatching } from "./watching.ts";
import { number, pageWords } from "./words.ts";

const FOLLOW_AGAIN = 4_000;
const PROFILE_NEEDED = "profile-needed";

function start(live: string): void {
  const words = pageWords();
  const clock = new Clock(Date.now);
  const votes = new OwnVotes(sessionStorage);
  const connection = new Connection(document.getElementById("connection"), words, after);
  const profile = profileStep(words);
  const announcer = new Announcer(
    (text) => document.getElementById("announcer")?.replaceChildren(text),
    () => performance.now(),
    after,
  );

  // --- topics

  const standings = new Standings((topic) => draw(topic));
  for (const article of articles()) {
    const topic = topicOfArticle(article);
    standings.begin(topic, withVote(readTopic(article), votes.get(topic), cameBack()));
  }
  const only = mainTopic();

  function draw(topic: number): void {
    const shown = {
      version: standings.version(topic),
      tally: standings.shown(topic),
      own: desk.chosen(topic),
      seen: standings.seen(topic),
      at: clock.now(),
    };
    for (const article of articles(topic)) writeTopic(article, shown, words);
  }

  function announce(topic: number): void {
    const article = articles(topic)[0];
    const tally = standings.shown(topic);
    if (topic !== only || !article || !tally || tally.voters < GAUGE_FROM) return;
    const values = { title: titleOf(article), voters: number(tally.voters) };
    if (!tally.headline) announcer.say(words.say("live", "announce-hidden", values));
    else announcer.say(words.say("live", "announce", { ...values, ...percents(tally.headline) }));
  }

  // --- the socket

  const session: Session = openSession(live, {
    subscriptions: () => standings.subscriptions(),
    opened: ({ time }) => {
      clock.set(time);
      connection.opened();
      document.body.dataset.connected = "true";
      desk.onOpened();
    },
    lost: (final) => {
      connection.lost(final);
      document.body.dataset.connected = "false";
      desk.onLost();
    },
    heard: (message) => {
      switch (message.t) {
        case "snap":
        case "delta":
          if (!standings.take(message)) session.resync(message.channel);
          else announceChange(message.channel);
          break;
        case "ack":
          votes.set(message.topic, message);
          desk.onAck(message);
          break;
        case "no":
          desk.onNo(message);
          if (message.retry && message.channel) followLater(message.channel);
          break;
        case "stale":
        case "fresh":
          connection.stale(message.t === "stale");
          break;
        case "watching":
          writeWatching(message, words);
      }
    },
  });

  /** The server could not read the topic just now; everybody who was told so must not ask in the same moment. */
  function followLater(channel: string): void {
    after(FOLLOW_AGAIN * (0.5 + Math.random()), () => {
      session.send({ t: "sub", subs: standings.subscriptions().filter((sub) => sub.channel === channel) });
    });
  }

  function announceChange(channel: string): void {
    if (only !== undefined && channel === `topic:${only}`) announce(only);
  }

  // --- votes

  const desk: Desk = new Desk(standings, new PendingVotes(sessionStorage), session, {
    tell,
    reachable: () => fetch("/favicon.svg", { method: "HEAD", cache: "no-store" }).then((r) => r.ok, () => false),
    post: postVote,
    now: () => performance.now(),
    after,
    random: Math.random,
  });

  function tell(topic: number, told: Told): void {
    draw(topic);
    const text =
      told.kind === "refused"
        ? words.refusal(told.code)
        : told.kind === "nothing"
          ? ""
          : words.say("live", told.kind);
    for (const article of articles(topic)) writeNote(article, text);
    if (told.kind === "refused" && told.code === PROFILE_NEEDED) offerProfile(topic);
  }

  /** The refused choice is cast again once the profile is there. */
  function offerProfile(topic: number): void {
    const wanted = lastPressed;
    if (!profile.available || wanted?.topic !== topic) return;
    void profile.ask().then((kept) => kept && desk.cast(topic, wanted.sign, newOp()));
  }

  let lastPressed: { topic: number; sign: -1 | 0 | 1 } | undefined;
  listenForVotes({
    cast: (topic, sign, op) => {
      lastPressed = { topic, sign };
      desk.cast(topic, sign, op);
    },
    needsProfile: () => profile.needed,
    askProfile: () => profile.ask(),
  });

  // --- time

  function tick(): void {
    for (const article of articles()) {
      const closes = Number(article.dataset.closes);
      if (!closes || article.dataset.state !== "open") continue;
      const { phrase, n } = timeLeft(closes, clock.now());
      const text = words.say("time", phrase, n === undefined ? {} : { n });
      const element = article.querySelector(".time-left");
      if (element && text && element.textContent !== text) element.textContent = text;
      if (phrase !== "closed") continue;
      closeTopic(article, words);
      if (topicOfArticle(article) === only) announcer.say(words.say("live", "closed"));
    }
  }

  desk.begin();
  for (const topic of standings.topics) draw(topic);
  setInterval(tick, 1000);
  if (standings.topics.length) session.wake();
}

function percents(headline: { plus: number; minus: number }): { plus: number; minus: number } {
  const { plus, minus } = share(headline);
  return { plus, minus };
}

defineElements();
startMotion();
if (document.body.dataset.live) start(document.body.dataset.live);
