// Runs before the page's own scripts, and notes when something was painted, when a hand moved, and what came of it.

(() => {
  const OURS = '[data-testid="latent-map"]';
  const STOCK = ".js-plotly-plot:not(.map-chart)";
  const WATCHED = { subtree: true, childList: true, attributes: true };
  const marks = {};
  window.marks = marks;
  const since = (mark) => performance.now() - marks[mark];
  const painted = (act) => requestAnimationFrame(() => requestAnimationFrame(act)); // the frame after the one that shows it

  document.addEventListener("pointerup", (event) => (marks.released = event.timeStamp), true);
  document.addEventListener("pointermove", (event) => (marks.moved = event.timeStamp), true);

  window.hand = {
    hovers: [],

    /** Promise of the milliseconds from the next release of the button until what found() returns is shown. */
    click(found) {
      delete marks.released;
      return new Promise((resolve) => {
        const look = async () => {
          const shown = marks.released && found();
          if (!shown) return;
          watcher.disconnect();
          await shown.decode?.().catch(() => null);
          painted(() => resolve(since("released")));
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { ...WATCHED, attributeFilter: ["src", "alt"] });
      });
    },

    /** Notes the times of all frames until the function that it returns is called, which gives them. */
    film() {
      const times = [];
      let going = true;
      const next = (now) => times.push(now) && going && requestAnimationFrame(next);
      requestAnimationFrame(next);
      return () => {
        going = false;
        return times;
      };
    },
  };

  const drawn = () => {
    if (marks.drawn) return;
    marks.drawn = true;
    painted(() => (marks.points = performance.now()));
  };

  const watch = (records) => {
    const [map, chart] = [document.querySelector(OURS), document.querySelector(STOCK)];
    if (chart?.on && !marks.listening) {
      marks.listening = true;
      chart.on("plotly_afterplot", drawn);
    }
    if (map && map.dataset.points !== "0") drawn();
    const index = records.some(({ attributeName }) => attributeName === "data-hover") && map?.dataset.hover;
    if (!index || marks.seen === marks.moved) return;
    marks.seen = marks.moved;
    painted(() => window.hand.hovers.push([Number(index), since("seen")]));
  };
  new MutationObserver(watch).observe(document, { ...WATCHED, attributeFilter: ["data-points", "data-hover"] });
})();
