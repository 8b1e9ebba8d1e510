/** Nothing registered yet: says what a machine is and offers the one thing to do. */
export function EmptyState({ onAdd }: { readonly onAdd: () => void }) {
  return (
    <section class="empty" aria-labelledby="empty-title">
      <Perch />
      <h2 id="empty-title">No machines yet</h2>
      <p>
        A machine is a computer of yours that runs coding agents: a laptop, a server, a small box in the cupboard. Once
        it is added, you see from here whether it is awake and talk to the agents on it, end-to-end encrypted.
      </p>
      <button type="button" class="button button-primary" onClick={onAdd}>
        Add machine
      </button>
    </section>
  );
}

function Perch() {
  return (
    <svg class="perch" viewBox="0 0 240 96" width="240" height="96" aria-hidden="true">
      <path class="perch-line" d="M8 84h224" />
      <path class="perch-ghost" d="M32 84V58c0-12 9-21 20-21s20 9 20 21v26" />
      <path class="perch-ghost" d="M168 84V58c0-12 9-21 20-21s20 9 20 21v26" />
      <path class="perch-house" d="M92 84V46c0-17 12.500-30 28-30s28 13 28 30v38" />
      <circle class="perch-door" cx="120" cy="50" r="8" />
    </svg>
  );
}
