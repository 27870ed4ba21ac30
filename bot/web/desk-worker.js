/** Shows the desk's notifications, and brings the desk to the front when one is pressed. It keeps and fetches nothing. */
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { reference } = event.notification.data ?? {};
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(([open]) => {
      if (!open) return self.clients.openWindow(reference ? `/desk#/${reference}` : "/desk");
      if (reference) open.postMessage({ reference });
      return open.focus();
    }),
  );
});
