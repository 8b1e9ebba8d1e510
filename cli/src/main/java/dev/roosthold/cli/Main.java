package dev.roosthold.cli;

/// Entry point of the `roost` command.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("roost");
    }
}
