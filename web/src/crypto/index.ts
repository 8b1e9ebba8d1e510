/** What the page uses of the account's cryptography; loaded apart from the first view. */
export { accountKeys, newMasterSecret, signIn, type AccountKeys, type SignInProof } from "./accountKeys.ts";
export { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./bytes.ts";
export { openDataEncryptionKey } from "./envelope.ts";
export { openDataKeyRecord, openLegacyRecord, sealDataKeyRecord, type Opened } from "./records.ts";
export { fromRecoveryText, recoveryLetters, toRecoveryText } from "./recoveryText.ts";
