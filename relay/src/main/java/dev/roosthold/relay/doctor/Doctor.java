package dev.roosthold.relay.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Runs all checks, one after the other.
public final class Doctor {
    private final List<Check> checks;

    public Doctor(Situation situation) {
        checks =
                List.of(
                        new ProgramCheck(situation),
                        new DirectoryCheck(situation),
                        database(situation),
                        new JazzCheck(situation),
                        new CertificateCheck(situation),
                        new NetworkCheck(situation),
                        new ExposureCheck(situation));
    }

    /// What lies on a server is the business of its operator; only the file is looked into.
    private static Check database(Situation situation) {
        if (situation.server().isPresent()) {
            return new ServerCheck(situation.server().get());
        }
        return () ->
                Stream.<Check>of(
                                new DatabaseCheck(situation),
                                new AuditCheck(situation),
                                new AttachmentCheck(situation),
                                new BackupCheck(situation))
                        .flatMap(check -> check.run().stream())
                        .toList();
    }

    public List<Finding> run() {
        var findings = new ArrayList<Finding>();
        for (Check check : checks) {
            try {
                findings.addAll(check.run());
            } catch (RuntimeException e) {
                findings.add(
                        Finding.wrong(
                                check.getClass().getSimpleName(),
                                "the check itself failed: " + e,
                                "Please report this."));
            }
        }
        return List.copyOf(findings);
    }
}
