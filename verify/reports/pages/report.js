// Plays the preserved clip from a chosen frame. Without this script a frame is a plain link to the clip at that second.
"use strict";
(() => {
  const dialog = document.getElementById("player");
  const video = document.getElementById("player-video");
  const still = document.getElementById("player-still");
  const note = document.getElementById("player-note");
  const clock = document.getElementById("player-time");
  const save = document.getElementById("player-save");
  if (dialog && video && typeof dialog.showModal === "function") {
    // The kept copy of a report lies one folder deeper than the newest one: both places are tried.
    const sources = video.dataset.src ? [video.dataset.src, "../" + video.dataset.src] : [];
    let wanted = 0;
    let tried = 0;
    const showStill = (picture) => {
      still.hidden = false;
      video.hidden = true;
      if (picture) { still.src = picture.src; still.alt = picture.alt; }
      note.textContent = "The preserved clip does not lie beside this page, or this browser cannot play it: the frame alone is shown.";
    };
    const seek = () => { try { video.currentTime = wanted; } catch (_) { /* not ready: loadedmetadata comes again */ } };
    video.addEventListener("loadedmetadata", seek);
    for (const link of document.querySelectorAll("a.frame")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        event.preventDefault();
        const picture = link.querySelector("img");
        wanted = Number(link.dataset.time);
        clock.textContent = "From " + link.querySelector(".time").textContent;
        note.textContent = "";
        still.hidden = true;
        video.hidden = false;
        dialog.showModal();
        save.hidden = !picture;
        if (picture) { save.href = picture.src; save.download = "frame-" + wanted.toFixed(2) + ".jpg"; }
        const play = () => {
          if (tried >= sources.length) { showStill(picture); return; }
          video.onerror = () => { tried += 1; video.removeAttribute("src"); play(); };
          if (!video.getAttribute("src")) { video.src = sources[tried]; video.load(); } else { seek(); }
          const playing = video.play();
          if (playing) { playing.catch(() => { /* the reader presses play */ }); }
        };
        play();
      });
    }
    document.getElementById("player-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) { dialog.close(); } });
    dialog.addEventListener("close", () => video.pause());
  }
  // On paper everything is open.
  const shut = [];
  window.addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open])")) { one.open = true; shut.push(one); }
  });
  window.addEventListener("afterprint", () => { while (shut.length) { shut.pop().open = false; } });
})();
