package dev.roosthold.relay.http;

/// The request breaks a rule of the contract. Answered with 400
/// `{"error":"Error","message":..,"statusCode":400}`.
public final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message starts with the place: `body/<field> `, `querystring/<field> `,
    ///     `params/<field> `
    public BadRequest(String message) {
        super(message, null, false, false);
    }
}
