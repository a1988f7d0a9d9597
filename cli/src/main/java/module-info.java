/** The command {@code sinter}. */
module dev.sinter.cli {
    requires dev.sinter;
    requires dev.sinter.testkit;
    requires info.picocli;
    requires java.management;
    requires static org.jspecify;

    opens dev.sinter.cli to info.picocli;
    opens dev.sinter.cli.build to info.picocli;
    opens dev.sinter.cli.demo to info.picocli;
}
