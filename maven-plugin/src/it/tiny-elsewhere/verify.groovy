assert new File(basedir, 'target/tiny-1.0.jar').bytes == new File(basedir.parentFile, 'tiny/target/tiny-1.0.jar').bytes
