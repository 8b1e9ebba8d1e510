/** Whether the page itself cannot be changed on its way: https, or it never left this computer. */
export function isProtected({ protocol, hostname }: Pick<Location, "protocol" | "hostname">): boolean {
  if (protocol === "https:") return true;
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
