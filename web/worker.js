// Starts the worker's program. What the page says before it listens is kept and handed over.
self.maydanBuild = "MAYDAN_BUILD";
const early = [];
self.onmessage = (event) => early.push(event);
self.maydanEarly = () => {
  for (const event of early.splice(0)) self.onmessage(event);
};
const { default: init } = await import("./maydan_worker.js");
await init();
