package dev.roosthold.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.net.http.HttpClient;

/// The arrows of ARCHITECTURE.md. Each rule says why it stands, so that a failure teaches.
@AnalyzeClasses(
        packages = "dev.roosthold",
        importOptions = {
            ImportOption.DoNotIncludeTests.class,
            ArchitectureTest.DoNotIncludeTestJars.class
        })
final class ArchitectureTest {
    /// Tests of another module that ours use come in a jar.
    static final class DoNotIncludeTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String RELAY = "dev.roosthold.relay";

    /// Packages of the relay that serve every feature. Everything else below the relay is a
    /// feature.
    private static final String[] RELAY_BASE = {
        RELAY + ".caller..",
        RELAY + ".cluster..",
        RELAY + ".ids..",
        RELAY + ".limits..",
        RELAY + ".store..",
        RELAY + ".secrets..",
        RELAY + ".http..",
        RELAY + ".updates..",
        RELAY + ".socket.."
    };

    @ArchTest
    static final ArchRule modulesHaveNoCycles =
            slices().matching("dev.roosthold.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("a module must be understandable without the ones above it");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.roosthold.(**)")
                    .should()
                    .beFreeOfCycles()
                    .because("two packages that need each other are one package");

    @ArchTest
    static final ArchRule socketioIsALibrary =
            noClasses()
                    .that()
                    .resideInAPackage("dev.roosthold.socketio..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.roosthold..")
                                    .and(outside("dev.roosthold.socketio..")))
                    .because("other projects should be able to use it as it is");

    @ArchTest
    static final ArchRule jazzIsALibrary =
            noClasses()
                    .that()
                    .resideInAPackage("dev.roosthold.jazz..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.roosthold..")
                                    .and(outside("dev.roosthold.jazz..")))
                    .because("other projects should be able to use it as it is");

    @ArchTest
    static final ArchRule theSyncDaemonHasNoKeyOfContent =
            noClasses()
                    .that()
                    .resideInAPackage("dev.roosthold.sync..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.roosthold.history..", "dev.roosthold.crypto..")
                    .because("it keeps and sends ciphertext: it has no code that could read it");

    @ArchTest
    static final ArchRule jazzValuesNeedNoNetworkAndNoDisk =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "dev.roosthold.jazz.encoding..",
                            "dev.roosthold.jazz.ids..",
                            "dev.roosthold.jazz.crypto..",
                            "dev.roosthold.jazz.value..",
                            "dev.roosthold.jazz.sync..",
                            "dev.roosthold.jazz.group..",
                            "dev.roosthold.jazz.view..",
                            "dev.roosthold.jazz.node..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.net..",
                            "java.nio.file..",
                            "java.sql..",
                            "dev.roosthold.jazz.store..",
                            "dev.roosthold.jazz.transport..",
                            "dev.roosthold.jazz.client..")
                    .because("what decides about signatures and permissions is tested on its own");

    @ArchTest
    static final ArchRule cryptoAndProtocolDoNoInputOrOutput =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.roosthold.crypto..", "dev.roosthold.protocol..")
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(
                                            "java.net..",
                                            "java.nio.file..",
                                            "java.sql..",
                                            "io.netty..",
                                            "io.socket..",
                                            "org.slf4j..",
                                            "org.xerial..")
                                    .or(
                                            resideInAPackage("dev.roosthold..")
                                                    .and(
                                                            outside(
                                                                    "dev.roosthold.crypto..",
                                                                    "dev.roosthold.protocol.."))))
                    .because(
                            "formats and records are tested byte by byte, without a network or a disk");

    @ArchTest
    static final ArchRule cryptoAndProtocolDoNotKnowEachOther =
            noClasses()
                    .that()
                    .resideInAPackage("dev.roosthold.crypto..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.roosthold.protocol..")
                    .because("byte formats are the same for every protocol that carries them");

    @ArchTest
    static final ArchRule relayUsesOnlyTheSignInCheckOfCrypto =
            noClasses()
                    .that()
                    .resideInAPackage(RELAY + "..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.roosthold.crypto..")
                                    .and(
                                            DescribedPredicate.describe(
                                                    "are not SignIn",
                                                    type ->
                                                            !type.getSimpleName()
                                                                    .equals("SignIn"))))
                    .because("the relay cannot read content: it has no code that could");

    @ArchTest
    static final ArchRule baseOfTheRelayKnowsNoFeature =
            noClasses()
                    .that()
                    .resideInAnyPackage(RELAY_BASE)
                    .should()
                    .dependOnClassesThat(resideInAPackage(RELAY + "..").and(outside(RELAY_BASE)))
                    .because("a new feature must not need a change there");

    @ArchTest
    static final ArchRule storeKnowsNobody =
            noClasses()
                    .that()
                    .resideInAPackage(RELAY + ".store..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.roosthold..").and(outside(RELAY + ".store..")))
                    .because("it stores what it is told, for whoever asks");

    @ArchTest
    static final ArchRule tablesStayInTheirFeature =
            classes()
                    .that()
                    .resideInAPackage(RELAY + "..")
                    .and()
                    .haveSimpleNameEndingWith("Table")
                    .should(beUsedOnlyByTheirOwnPackage())
                    .because("a table belongs to one feature; others call the feature");

    @ArchTest
    static final ArchRule eventsLeaveThroughTheRouter =
            noClasses()
                    .that()
                    .resideInAPackage(RELAY + "..")
                    .and()
                    .resideOutsideOfPackage(RELAY + ".updates..")
                    .should()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("dev.roosthold.socketio.Broadcast")
                    .because("one place knows recipients and order");

    @ArchTest
    static final ArchRule onlyTheStoreSpeaksToTheDatabase =
            noClasses()
                    .that()
                    .resideInAPackage(RELAY + "..")
                    .and()
                    .resideOutsideOfPackage(RELAY + ".store..")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("java\\.sql\\.(Connection|DriverManager|.*Statement)")
                    .because("durability and grouping are decided in one place");

    @ArchTest
    static final ArchRule onlyTheCommandPrints =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("dev.roosthold.cli..", "dev.roosthold.bench..")
                    .should()
                    .accessField(System.class, "out")
                    .because("libraries and servers report through their listeners and the log");

    @ArchTest
    static final ArchRule conformanceOffersNoUpgradeToServers =
            noClasses()
                    .that()
                    .resideInAPackage("dev.roosthold.conformance..")
                    .and()
                    .doNotHaveSimpleName("Http1")
                    .should()
                    .callMethod(HttpClient.class, "newHttpClient")
                    .orShould()
                    .callMethod(HttpClient.class, "newBuilder")
                    .because("some servers hang up on an offer of HTTP/2");

    @ArchTest
    static final ArchRule secretsAreDrawnFromTheSecureSource =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("dev.roosthold.bench..", "dev.roosthold.conformance..")
                    .and()
                    // The number of an incident is shown to whoever caused it.
                    .doNotHaveFullyQualifiedName(RELAY + ".http.Incident")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            "java\\.util\\.(Random|SplittableRandom|concurrent\\.ThreadLocalRandom)")
                    .orShould()
                    .callMethod(Math.class, "random")
                    .because("tokens, ids and keys that can be foreseen protect nobody");

    private static DescribedPredicate<JavaClass> outside(String... packages) {
        return DescribedPredicate.not(resideInAnyPackage(packages));
    }

    private static ArchCondition<JavaClass> beUsedOnlyByTheirOwnPackage() {
        return new ArchCondition<>("be used only by their own package") {
            @Override
            public void check(JavaClass table, ConditionEvents events) {
                table.getDirectDependenciesToSelf().stream()
                        .filter(
                                use ->
                                        !use.getOriginClass()
                                                .getPackageName()
                                                .equals(table.getPackageName()))
                        .forEach(
                                use ->
                                        events.add(
                                                SimpleConditionEvent.violated(
                                                        table, use.getDescription())));
            }
        };
    }
}
