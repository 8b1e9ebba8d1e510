import { TextField } from "../../ui/TextField.tsx";

interface InviteFieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
}

export function InviteField(props: InviteFieldProps) {
  return <TextField label="Invite code" hint="From the person who runs this relay." {...props} />;
}
