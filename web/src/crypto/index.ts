/** What the page uses of the account's cryptography; loaded apart from the first view. */
export { accountKeys, newMasterSecret, signIn, type AccountKeys, type SignInProof } from "./accountKeys.ts";
export { concat, fromBase64, fromBase64Url, randomBytes, toBase64, toBase64Url, utf8 } from "./bytes.ts";
export { dataKeyCipher, legacyCipher, recordCipher, type RecordCipher } from "./cipher.ts";
export { openDataEncryptionKey, sealEnvelope } from "./envelope.ts";
export {
  accountLink,
  enrolmentCode,
  linkCode,
  newLinkKeys,
  openLinkAnswer,
  readLink,
  type LinkKeys,
  type LinkRequest,
} from "./pairing.ts";
export {
  openBlob,
  openDataKeyRecord,
  openLegacyRecord,
  sealBlob,
  sealDataKeyRecord,
  sealLegacyRecord,
  type Opened,
} from "./records.ts";
export { fromRecoveryText, recoveryLetters, toRecoveryText } from "./recoveryText.ts";
