import { useState } from "preact/hooks";
import { STATE_WORDS, type SessionState } from "../features/sessions/sessionState.ts";
import { StateMark } from "../features/sessions/SessionList.tsx";
import { CopyButton } from "../ui/CopyButton.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Menu } from "../ui/Menu.tsx";
import { SelectField } from "../ui/SelectField.tsx";
import { TextField } from "../ui/TextField.tsx";

/** All parts that pages are made of, with their rules. What is not here is not used twice. */
export function ComponentsPage() {
  const [text, setText] = useState("studio");
  const [choice, setChoice] = useState("one");
  const [open, setOpen] = useState(false);
  return (
    <section class="narrow stack">
      <h1 tabIndex={-1}>Components</h1>
      <p>One accent, warm neutrals, red only where something is lost for good. Every state is a word, never a colour alone.</p>
      <section class="panel stack">
        <h2>Buttons</h2>
        <div class="row">
          <button type="button" class="button button-primary">
            The one thing to do
          </button>
          <button type="button" class="button">
            Others
          </button>
          <button type="button" class="button button-quiet">
            Aside
          </button>
          <button type="button" class="button button-danger">
            Lost for good
          </button>
          <button type="button" class="button" disabled>
            Not now
          </button>
          <button type="button" class="button button-small">
            In a row
          </button>
          <button type="button" class="link">
            In a sentence
          </button>
        </div>
      </section>
      <section class="panel stack">
        <h2>Fields</h2>
        <TextField label="Text" value={text} onInput={setText} hint="A hint belongs to its field." error={text === "" ? "Say what is wrong and what to do." : null} />
        <SelectField
          label="One of a few"
          value={choice}
          onChange={setChoice}
          options={[
            { value: "one", words: "One" },
            { value: "two", words: "Two" },
          ]}
        />
        <div class="row">
          <div class="segments" role="group" aria-label="One of two, at hand">
            <button type="button" aria-pressed="true">
              Current
            </button>
            <button type="button" aria-pressed="false">
              All
            </button>
          </div>
        </div>
      </section>
      <section class="panel stack">
        <h2>States</h2>
        <div class="row">
          {(Object.keys(STATE_WORDS) as SessionState[]).map((state) => (
            <StateMark key={state} state={state} />
          ))}
          <span class="tag">Tag</span>
          <span class="tag tag-accent">This one</span>
        </div>
        <p class="banner">Something worth knowing.</p>
        <p class="banner banner-warning">Something to look at.</p>
        <p class="error">Something that failed, and what to do.</p>
      </section>
      <section class="panel stack">
        <h2>Dialog, menu, copying</h2>
        <div class="row">
          <button type="button" class="button" onClick={() => setOpen(true)}>
            Open a dialog
          </button>
          <CopyButton text="text" what="text" />
          <Menu
            label="Actions"
            items={[
              { label: "Rename", onChoose: () => {} },
              { label: "Remove", onChoose: () => {}, danger: true },
            ]}
          />
        </div>
        {open && (
          <Dialog title="A question?" onClose={() => setOpen(false)}>
            <div class="stack">
              <p>What happens, and that it can be undone or not.</p>
              <div class="actions">
                <button type="button" class="button" data-autofocus onClick={() => setOpen(false)}>
                  Cancel
                </button>
                <button type="button" class="button button-primary" onClick={() => setOpen(false)}>
                  Do it
                </button>
              </div>
            </div>
          </Dialog>
        )}
      </section>
    </section>
  );
}
