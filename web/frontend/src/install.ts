// What makes the site an application: the worker that keeps its pages, and the manifest that is of use beside it.

export function install(): void {
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    void navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => {
      // Private windows and full disks have none: the pages then need the network.
    });
  });
  const link = Object.assign(document.createElement("link"), { rel: "manifest", href: "/manifest.webmanifest" });
  link.crossOrigin = "use-credentials"; // the cookie says which language was chosen
  document.head.append(link);
}
