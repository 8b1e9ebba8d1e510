/** The text in its groups, easy to read and to write down; copied by hand it is one text with its dashes. */
export function RecoveryText({ text }: { readonly text: string }) {
  const groups = text.split("-");
  return (
    <p class="recovery" data-testid="recovery-text" tabIndex={0} aria-label="Recovery text">
      {groups.map((group, at) => (
        <span key={at} class="recovery-group">
          {group}
          {at < groups.length - 1 && <span class="recovery-dash">-</span>}
        </span>
      ))}
    </p>
  );
}
