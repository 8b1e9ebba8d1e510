/// Who somebody is: secret, account id, and the words that stand for the secret.
@NullMarked
package dev.roosthold.jazz.account;

import org.jspecify.annotations.NullMarked;
