// Plays aligned recordings together on one clock. Without this script the lanes, offsets and links still say it all.
(() => {
  // The kept copy of a report lies one folder deeper than the newest one.
  const deeper = /\/reports\/[^/]+$/.test(location.pathname) ? "../" : "";
  if (deeper) {
    for (const link of document.querySelectorAll("a.near")) { link.setAttribute("href", deeper + link.getAttribute("href")); }
  }
  for (const clock of document.querySelectorAll(".clock")) {
    const data = JSON.parse(clock.querySelector(".clock-data").textContent);
    const videos = [...clock.querySelectorAll("video.synced")];
    const cursors = [...clock.querySelectorAll(".cursor")];
    const seek = clock.querySelector(".seek");
    const now = clock.querySelector(".now");
    const button = clock.querySelector(".play");
    let at = data.start;
    let last = 0;
    let playing = false;
    const load = () => videos.forEach((video, i) => {
      if (video.getAttribute("src") || !data.lanes[i].src) { return; }
      video.src = deeper + data.lanes[i].src;
      video.load();
    });
    const place = (jump) => {
      const part = 100 * (at - data.start) / Math.max(0.001, data.end - data.start);
      for (const line of cursors) { line.setAttribute("x1", part + "%"); line.setAttribute("x2", part + "%"); }
      now.textContent = (at - data.start).toFixed(1) + " s";
      seek.value = at;
      videos.forEach((video, i) => {
        const lane = data.lanes[i];
        const local = at - lane.start;
        const inside = local >= 0 && local < lane.duration;
        video.classList.toggle("outside", !inside);
        if (!video.getAttribute("src") || video.error) { return; }
        if (!inside) { if (!video.paused) { video.pause(); } return; }
        // A tenth of a second is less than the ear hears between two loudspeakers in a room; beyond it, step.
        if (jump || Math.abs(video.currentTime - local) > 0.1) { try { video.currentTime = local; } catch (_) { /* not loaded yet */ } }
        if (playing && video.paused) { const going = video.play(); if (going) { going.catch((why) => { if (why.name === "NotAllowedError" && !video.muted) { video.muted = true; video.play(); } }); } }
        if (!playing && !video.paused) { video.pause(); }
      });
    };
    const step = (stamp) => {
      if (!playing) { return; }
      at += Math.min(1, (stamp - last) / 1000);
      last = stamp;
      if (at >= data.end) { at = data.end; stop(); return; }
      place(false);
      requestAnimationFrame(step);
    };
    const stop = () => { playing = false; button.textContent = "Play together"; place(false); };
    button.addEventListener("click", () => {
      if (playing) { stop(); return; }
      load();
      if (at >= data.end) { at = data.start; }
      playing = true;
      button.textContent = "Pause";
      last = performance.now();
      place(true);
      requestAnimationFrame(step);
    });
    seek.addEventListener("input", () => { load(); at = Number(seek.value); place(true); });
    videos.forEach((video) => video.addEventListener("loadedmetadata", () => place(true)));
    for (const choice of clock.querySelectorAll("input[type=radio]")) {
      choice.addEventListener("change", () => videos.forEach((video, i) => { video.muted = i !== Number(choice.value); }));
    }
    if (videos.length) { videos[0].muted = false; }
    for (const lane of clock.querySelectorAll(".lane > svg")) {
      lane.addEventListener("click", (event) => {
        const box = lane.getBoundingClientRect();
        load();
        at = data.start + (data.end - data.start) * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
        place(true);
      });
    }
    place(false);
  }
})();
