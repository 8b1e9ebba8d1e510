package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class LogTest {

    @Test
    void nothingIsLoggedAnywhereButOnStandardError() {
        var context = new LoggerContext();
        new Log().configure(context);

        var appenders = new ArrayList<Appender<ILoggingEvent>>();
        for (Logger logger : context.getLoggerList()) {
            logger.iteratorForAppenders().forEachRemaining(appenders::add);
        }
        assertThat(appenders)
                .singleElement()
                .isInstanceOfSatisfying(
                        ConsoleAppender.class,
                        appender -> assertThat(appender.getTarget()).isEqualTo("System.err"));
    }
}
