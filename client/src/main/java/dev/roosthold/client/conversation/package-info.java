/// One session as a person sees it. [Conversation] is a pure function of the session's messages, of
/// all forms that programs have written; [LiveSession] keeps it up to date and acts on the session.
@NullMarked
package dev.roosthold.client.conversation;

import org.jspecify.annotations.NullMarked;
