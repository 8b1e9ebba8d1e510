interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

/** The one policy of the page: scripts of its own origin, for workers. Markup is never made from text. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("roosthold", {
  createScriptURL: (url) => {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError("A script from elsewhere");
    return url;
  },
});

/** An address that may become a worker. */
export function scriptUrl(url: string): string {
  return policy === undefined ? url : (policy.createScriptURL(url) as string);
}
