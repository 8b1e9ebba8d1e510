package dev.roosthold.conformance.hostile;

import java.util.Map;
import java.util.Set;

/// A client event as the contract describes it, with valid values for every field.
///
/// @param fields by name, in order
/// @param form how the event tells that something is wrong
/// @param messages of which an error has one, where the form has a message
/// @param harmless whether the valid values change nothing
record EventShape(
        String event,
        Map<String, FieldShape> fields,
        ErrorForm form,
        Set<String> messages,
        boolean harmless) {

    /// How an event tells its sender that something is wrong.
    enum ErrorForm {
        /// Not at all: the event has no acknowledgement.
        SILENT,
        /// By an event of its own. An acknowledgement that is asked for may be answered too.
        EVENT,
        /// `{"result":"error"}`.
        RESULT,
        /// `{"result":"error","message":text}`.
        RESULT_WITH_MESSAGE,
        /// `{"ok":false,"error":text}`.
        OK_WITH_ERROR,
        /// `{"success":false,"error":text}`.
        SUCCESS_WITH_ERROR
    }

    /// Whether every one that asks for an acknowledgement gets one.
    boolean acknowledged() {
        return form != ErrorForm.SILENT && form != ErrorForm.EVENT;
    }

    /// The valid object as JSON text.
    String validObject() {
        return FieldShape.json(FieldShape.valids(fields));
    }

    /// The object with one field replaced.
    String withField(String name, String json) {
        Map<String, String> texts = FieldShape.valids(fields);
        texts.put(name, json);
        return FieldShape.json(texts);
    }

    /// The object with one field left out.
    String withoutField(String name) {
        Map<String, String> texts = FieldShape.valids(fields);
        texts.remove(name);
        return FieldShape.json(texts);
    }
}
