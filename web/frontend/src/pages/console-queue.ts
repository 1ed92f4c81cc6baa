// The queue, live and by keyboard; nothing moves under the hand.
import { followDesk } from "../desk_session.ts";
import { Item } from "../queue/item.ts";
import { listenToKeys } from "../queue/keys.ts";
import { Queue } from "../queue/queue.ts";
import { find } from "../queue/words.ts";

const [root, rows, item, told] = ["[data-queue]", "[data-queue-rows]", "[data-queue-item]", "[data-queue-told]"].map((one) => find(one));
const help = find<HTMLDialogElement>("[data-queue-dialog]");
const box = find<HTMLInputElement>("[data-queue-keys]");
if (root && rows && item && told && help && box) {
  const queue = new Queue(root, rows, new Item(item, root.dataset.query), told);
  queue.begin();
  listenToKeys((key) => queue.press(key), help, box);
  followDesk((load) => queue.heard(load));
  document.documentElement.dataset.queue = "ready";
}
