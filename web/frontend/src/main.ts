// Puts the parts together; everything here also works, more slowly, without this program.
import { Announcer } from "./announcer.ts";
import { Clock, timeLeft } from "./clock.ts";
import { Connection } from "./connection.ts";
import { copiedAt, copyNotice } from "./copies.ts";
import { CLOSED, Desk } from "./desk.ts";
import type { Counter, Told } from "./desk.ts";
import { forgetOldDrafts } from "./drafts.ts";
import { followers, own as ownFollowers } from "./followers.ts";
import { defineElements } from "./elements/index.ts";
import { install } from "./install.ts";
import { KeptProfile, postProfile } from "./kept_profile.ts";
import { startMenu } from "./menu.ts";
import { startMotion } from "./motion.ts";
import { writeAllPaused, writeBanner, writePosting } from "./noticed.ts";
import { Notices } from "./notices.ts";
import { writeFresh } from "./opened.ts";
import { OwnVotes, topicOfOwn, withVote } from "./own.ts";
import { Missed } from "./missed.ts";
import type { PendingVote } from "./pending.ts";
import { PendingVotes } from "./pending.ts";
import type { Asks } from "./profile.ts";
import { profileStep } from "./profile.ts";
import { Rivals, askSign } from "./rivals.ts";
import type { Session } from "./session.ts";
import { isServing } from "./serving.ts";
import { GAUGE_FROM, share } from "./share.ts";
import { startSharing } from "./sharing.ts";
import { after, openSession } from "./socket.ts";
import { Standings } from "./standings.ts";
import { deviceStore } from "./store.ts";
import { Tabs } from "./tabs.ts";
import {
  ARRIVED,
  EVENING_OVER,
  articles,
  cameBack,
  closeTopic,
  mainTopic,
  readTopic,
  stepTopic,
  titleOf,
  topicOfArticle,
  writeNote,
  writeTopic,
} from "./topics.ts";
import { Visits } from "./visits.ts";
import { listenForVotes, newOp, postVote } from "./vote.ts";
import type { No, Subscription } from "./wire.ts";
import { topicChannel, topicOf } from "./wire.ts";
import { writeWatching } from "./watching.ts";
import type { Words } from "./words.ts";
import { number, pageWords } from "./words.ts";

const PROFILE_NEEDED = "profile-needed";
/** What one looks at until something opens: they hear of it also where no topic stands on them. */
const WAITING_PAGES = ".page-home, .page-search, .page-answers, .page-mine, .page-statistics";
/** Written when this device was erased; nothing that a page still knows may be used after that. */
const ERASED = "imaginest.erased";

function start(live: string): void {
  const words = pageWords();
  const clock = new Clock(Date.now);
  const store = deviceStore();
  const votes = new OwnVotes(store);
  forgetOldDrafts(store, Date.now());
  const visits = new Visits(store);
  const tabs = new Tabs(Date.now);
  const pending = new PendingVotes(store, tabs.page, Date.now);
  const connection = new Connection(document.getElementById("connection"), words, after);
  const copied = copiedAt();
  if (copied) connection.copied(copyNotice(copied, Date.now(), words));
  const post = (fields: Readonly<Record<string, string>>) => postProfile("/profil", fields);
  const answers = new KeptProfile(store, post, (answer) => {
    if ("profile" in answer) document.body.dataset.profile = answer.profile;
    else connection.tell(answer.code ? words.refusal(answer.code) : words.say("live", "profile-failed"));
  });
  const profile = profileStep(words, answers, post);
  const missed = new Missed(document.getElementById("missed"), words, () => profile.stop());
  const announcer = new Announcer(
    (text) => document.getElementById("announcer")?.replaceChildren(text),
    () => performance.now(),
    after,
  );

  // --- topics

  const standings = new Standings((topic) => draw(topic));
  for (const article of articles()) begin(article, cameBack() || copied !== null);
  const only = mainTopic();

  function begin(article: HTMLElement, isOld: boolean): void {
    const topic = topicOfArticle(article);
    const isForAll = article.closest("[data-for-all]") !== null;
    const beginning = withVote(readTopic(article), votes.get(topic), isOld || isForAll);
    standings.begin(topic, beginning);
    const { own, seen } = beginning;
    // The device knows of votes that were cast without this program too; when that was it cannot say.
    if (own !== null && seen) votes.set(topic, { sign: own, seen, at: votes.get(topic)?.at ?? 0 });
  }

  /** More topics came onto the page: they are live like the others. */
  document.addEventListener(ARRIVED, () => {
    const fresh = articles().filter((article) => !standings.knows(topicOfArticle(article)));
    for (const article of fresh) begin(article, false);
    const topics = new Set(fresh.map(topicOfArticle));
    for (const topic of topics) draw(topic);
    session.subscribe(standings.subscriptionsTo(topics));
    session.wake();
    notices.again();
    missed.arrived();
  });
  document.addEventListener(EVENING_OVER, () => missed.over());

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

  // --- what staff have switched for everybody

  const notices = new Notices(
    {
      banner: (banner) => writeBanner(banner, words),
      posting: writePosting,
      // On the page of a launch event what opens is there by itself.
      fresh: (fresh) => document.body.matches(".page-event") || writeFresh(fresh, clock.now() - performance.now(), words),
      paused: (topics) =>
        writeAllPaused(topics, (topic, how) => topic === only && announcer.say(words.say("notice", how))),
    },
    { now: () => clock.now(), after },
  );

  // --- the socket

  /** A page without topics may still have votes of another to hand in: it follows those, and draws nothing of them. */
  function subscriptions(): readonly Subscription[] {
    const own = [...[...followers()].flatMap((one) => one.subscriptions()), ...standings.subscriptions()];
    if (own.length) return own;
    return [...new Set(pending.all.map(({ topic }) => topic))].map((topic) => ({ channel: topicChannel(topic), at: null, seen: null }));
  }

  const session: Session = openSession(live, {
    subscriptions,
    isWaiting: document.body.matches(WAITING_PAGES),
    opened: ({ time }) => {
      clock.set(time);
      notices.opened();
      if (standings.topics.length) connection.opened();
      document.body.dataset.connected = "true";
      for (const follower of followers()) follower.opened((message) => session.send(message));
      void beginVoting();
      void takeOver();
    },
    lost: (final) => {
      notices.lost();
      if (standings.topics.length) connection.lost(final);
      document.body.dataset.connected = "false";
      for (const follower of followers()) follower.lost();
      desk.onLost();
    },
    heard: (message) => {
      for (const follower of followers()) follower.heard(message);
      switch (message.t) {
        case "snap":
        case "delta":
          if (!standings.take(message)) session.resync(message.channel);
          else announceChange(message.channel);
          break;
        case "ack":
          votes.set(message.topic, { sign: message.sign, seen: message.seen, at: clock.now() });
          desk.onAck(message);
          rivals.answered(message.topic);
          break;
        case "no":
          onNo(message);
          break;
        case "stale":
        case "fresh":
          connection.stale(message.t === "stale");
          break;
        case "watching":
          writeWatching(message, words);
          break;
        case "steps":
          stepTopic(topicOf(message.channel) ?? 0, message.number);
          break;
        case "notice":
          notices.take(message);
      }
    },
  });

  ownFollowers((follower) => {
    if (session.isOpen) {
      session.subscribe(follower.subscriptions());
      follower.opened((message) => session.send(message));
    }
    session.wake();
  });

  function onNo(message: No): void {
    const vote = message.op === undefined ? undefined : pending.get(message.op);
    desk.onNo(message);
    if (!vote) return;
    rivals.answered(vote.topic);
    if (message.code === PROFILE_NEEDED && !pending.last(vote.topic)) offerProfile(vote);
  }

  function announceChange(channel: string): void {
    if (only !== undefined && channel === `topic:${only}`) announce(only);
  }

  // --- votes

  /** Votes wait for the profile that was answered before them: a ballot keeps the cell that it was cast from. */
  const counter: Counter = {
    get isOpen() {
      return session.isOpen && !answers.isThere;
    },
    send: (message) => !answers.isThere && session.send(message),
    wake: () => session.wake(),
  };

  /** Answers first, then votes. Where the answers cannot be handed in, the desk asks again. */
  async function beginVoting(): Promise<boolean> {
    const delivered = await answers.deliver();
    if (delivered && session.isOpen) desk.onOpened();
    return delivered;
  }

  const desk: Desk = new Desk(standings, pending, counter, {
    tell,
    reachable: async () => (await isServing()) && (await beginVoting()),
    post: postVote,
    now: () => performance.now(),
    after,
    random: Math.random,
  });

  function tell(topic: number, told: Told, vote?: PendingVote): void {
    draw(topic);
    const shown = articles(topic);
    const note = told.kind === "waiting" && answers.isThere ? words.say("live", "waiting-profile") : wordsFor(told, words, vote);
    for (const article of shown) writeNote(article, note);
    if (told.kind === "refused" && told.code === CLOSED) for (const article of shown) closeTopic(article, words);
    if (!missed.told(topic, told) && !shown.length && vote) tellElsewhere(told, vote);
  }

  /** A vote that was kept and is about a topic of another page. */
  function tellElsewhere(told: Told, { sign, title }: PendingVote): void {
    const values = { sign: words.say("sign", String(sign)), title };
    if (told.kind === "refused") {
      connection.tell(words.say("live", "kept-refused", { ...values, reason: words.refusal(told.code) }));
    } else if (told.kind === "counted" || told.kind === "withdrawn") {
      connection.tell(words.say("live", "kept-counted", values));
    }
  }

  /** The refused choice is cast again once the profile is there. */
  function offerProfile({ topic, sign, title }: PendingVote): void {
    if (!profile.available || !articles(topic).length) return;
    void missed.waits(topic, profile.ask("all")).then((kept) => (kept ? desk.cast(topic, sign, newOp(), title) : giveUp(topic)));
  }

  /** Who has a ballot on a topic is not asked for more: it keeps the cell that it was cast from. */
  function asked(topic: number): Asks {
    const needsAll = articles(topic).some(({ dataset }) => dataset.needsAll !== undefined);
    return needsAll && standings.own(topic) === null ? "all" : "any";
  }

  function giveUp(topic: number): void {
    const note = words.say("live", asked(topic) === "all" ? "not-asked-all" : "not-asked");
    for (const article of articles(topic)) writeNote(article, note);
  }

  listenForVotes({
    cast: (topic, sign, op) => {
      missed.casts(topic);
      desk.cast(topic, sign, op, missed.titleOf(topic));
    },
    needsProfile: (topic) => profile.needed(asked(topic)),
    askProfile: (topic) => missed.waits(topic, profile.ask(asked(topic))),
    givenUp: giveUp,
  });

  // --- other pages of this browser

  function takeOver(): Promise<void> {
    return tabs.takeOver((isGone) => {
      desk.begin(pending.adopt(isGone));
      if (pending.all.length || answers.isThere) session.wake();
    });
  }

  const rivals = new Rivals({
    ask: askSign,
    own: (topic) => standings.own(topic),
    isPending: (topic) => pending.last(topic) !== undefined,
    settle: (topic, sign) => {
      standings.confirm(topic, sign, null);
      const known = votes.get(topic);
      if (known) votes.set(topic, { ...known, sign });
      for (const article of articles(topic)) writeNote(article, "");
    },
  });

  addEventListener("storage", ({ key }) => {
    if (key === ERASED) return startAfresh();
    desk.letGo(pending.letGo());
    const topic = topicOfOwn(key);
    const vote = topic === null ? null : votes.get(topic);
    if (topic !== null && vote && standings.knows(topic)) rivals.heard(topic, vote.sign);
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    if (standings.topics.some((topic) => standings.own(topic) !== null && !votes.get(topic))) return startAfresh();
    desk.letGo(pending.letGo());
    for (const topic of standings.topics) {
      const vote = votes.get(topic);
      if (vote) rivals.heard(topic, vote.sign);
    }
    void takeOver();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !isErased) noteWhatWasSeen();
  });

  /** The device was erased: what this page still knows is nobody's any more. */
  let isErased = false;
  function startAfresh(): void {
    isErased = true;
    location.reload();
  }

  /** What one has voted on is looked at again another day. */
  function noteWhatWasSeen(): void {
    for (const topic of standings.topics) {
      const tally = standings.shown(topic);
      if (!tally || standings.own(topic) === null || copied) continue;
      const plus = tally.headline && tally.voters >= GAUGE_FROM ? share(tally.headline).plus : null;
      visits.note(topic, { plus, voters: tally.voters, at: clock.now() });
    }
  }

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

  void takeOver();
  for (const topic of standings.topics) draw(topic);
  setInterval(tick, 1000);
  startSharing(words);
  session.wake();
}

function wordsFor(told: Told, words: Words, vote?: PendingVote): string {
  switch (told.kind) {
    case "nothing":
      return "";
    case "refused":
      if (!vote || told.code !== CLOSED) return words.refusal(told.code);
      return words.say("live", "kept-closed", { sign: words.say("sign", String(vote.sign)) });
    default:
      return words.say("live", told.kind);
  }
}

function percents(headline: { plus: number; minus: number }): { plus: number; minus: number } {
  const { plus, minus } = share(headline);
  return { plus, minus };
}

defineElements();
startMotion();
startMenu();
install();
if (document.body.dataset.live) start(document.body.dataset.live);
