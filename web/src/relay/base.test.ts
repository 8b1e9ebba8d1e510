import { beforeEach, describe, expect, it, vi } from "vitest";

async function opened(address: string, told: string | null): Promise<typeof import("./base.ts")> {
  history.replaceState(null, "", address);
  document.head.innerHTML = told === null ? "" : `<meta name="base" content="${told}">`;
  return import("./base.ts");
}

describe("the folder of the relay", () => {
  beforeEach(() => {
    vi.resetModules();
  });

  it.each([
    ["/", "./", "/"],
    ["/machines", "./", "/"],
    ["/roost/", "./", "/roost/"],
    ["/roost/machines", "./", "/roost/"],
    ["/roost/machines/", "../", "/roost/"],
    ["/a/b/sessions/one/two", "../../", "/a/b/"],
  ])("of a page at %s that says %s is %s", async (address, told, folder) => {
    const { BASE, at } = await opened(address, told);
    expect(BASE).toBe(folder);
    expect(at("/v1/machines")).toBe(`${folder}v1/machines`);
  });

  it("is the root of the site where the page does not say", async () => {
    expect((await opened("/roost/machines", null)).BASE).toBe("/");
  });
});
