/** The mark of the product: a roosting box with its door. */
export function Mark() {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <path d="M6 27V14.500C6 9 10.500 5 16 5s10 4 10 9.500V27" />
      <path d="M3 27h26" />
      <circle cx="16" cy="16" r="3.200" />
    </svg>
  );
}
