def log = new File(basedir, 'build.log').text
assert log.contains('Sinter compiles models with a JDK 25, and there is none: Maven runs on JDK')
assert log.contains('no JDK toolchain is chosen')
assert log.contains('<jdkHome>/path/to/jdk-25</jdkHome>')
assert log.contains('typed classes of models need the dependency dev.sinter:sinter-runtime-support')
