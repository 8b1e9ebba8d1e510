package dev.roosthold.relay.audit;

/// What was done. The text is stored and shown, and never changes.
///
/// The details of an entry name what it was done to; the device of an entry is the credential that
/// did it, or the one that was made.
public enum Kind {
    /// A device was made by a signature. `deviceKind`; `newAccount` is `true` with the account's
    /// first; `invite` when one was used.
    SIGN_IN("sign-in"),
    /// Someone named an account and did not prove to own it. `reason`: `signature` or `challenge`.
    SIGN_IN_REFUSED("sign-in-refused"),
    /// A waiting terminal was let in; it has no device yet.
    PAIRING_APPROVE("pairing-approve"),
    /// A terminal took its credential. `deviceKind`.
    PAIRING("pairing"),
    /// A waiting client was let in; it has no device yet.
    LINKING_APPROVE("linking-approve"),
    /// A further client took its credential. `deviceKind`.
    LINKING("linking"),
    /// A machine with a token was added. `machine`.
    MACHINE_ENROL("machine-enrol"),
    /// A machine appeared that was made with a device of the account. `machine`.
    MACHINE_REGISTER("machine-register"),
    /// A machine showed its token and got a credential. `machine`.
    MACHINE_AUTHENTICATE("machine-authenticate"),
    /// A wrong token was shown for a machine. `machine`.
    MACHINE_REFUSED("machine-refused"),
    /// A machine got another token; the old one ended. `machine`.
    MACHINE_REPLACE_TOKEN("machine-replace-token"),
    /// A machine was removed. `machine`.
    MACHINE_REMOVE("machine-remove"),
    /// Keys were sent to a machine that had only a token. `machine`.
    ENROLMENT_APPROVE("enrolment-approve"),
    /// A machine's request for keys was rejected. `machine`.
    ENROLMENT_REJECT("enrolment-reject"),
    /// A device got another name. `device`.
    DEVICE_RENAME("device-rename"),
    /// A credential was ended. `device`.
    DEVICE_REVOKE("device-revoke"),
    /// A call that starts or stops something was sent to its target. `method`, `target`: the id of
    /// a machine or session.
    RPC_CALL("rpc-call"),
    /// All credentials of the account were ended by the operator.
    SIGN_OUT("sign-out"),
    /// `session`.
    SESSION_DELETE("session-delete"),
    ACCOUNT_DELETE("account-delete"),
    DATA_EXPORT("data-export"),
    /// The operator brought in rows of another server. `source`; `newAccount` is `true` when the
    /// account is one of them.
    IMPORT("import"),
    /// The operator made a code. `invite`.
    INVITE_CREATE("invite-create"),
    /// The operator ended a code. `invite`.
    INVITE_REVOKE("invite-revoke"),
    /// The oldest entries were dropped. `upTo`, `hash`: the last of them.
    AUDIT_SHORTENED("audit-shortened");

    private final String text;

    Kind(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
