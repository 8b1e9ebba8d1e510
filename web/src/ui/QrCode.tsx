import { useMemo } from "preact/hooks";
import { encode } from "uqr";

/** A code for cameras: dark on light in every colour scheme, because readers need it so. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, data } = useMemo(() => encode(text, { ecc: "M", border: 2 }), [text]);
  const path = data
    .map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join(""))
    .join("");
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path d={`M0 0h${size}v${size}H0z`} class="qr-light" />
      <path d={path} class="qr-dark" />
    </svg>
  );
}
