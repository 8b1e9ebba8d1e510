/** Waiting ends when the condition holds; these are only the limits, for a busy computer. */
if (typeof document !== "undefined") {
  const { configure } = await import("@testing-library/preact");
  configure({ asyncUtilTimeout: 15_000 });
}

export {};
