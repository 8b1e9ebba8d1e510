#!/bin/sh
# Plays the agent `agy`: its last argument is the prompt, its output the answer.
for prompt; do :; done
printf 'you said: %s' "$prompt"
