def from = new File(basedir.parentFile, 'tiny')
['src/main/sinter/tiny.onnx', 'src/main/java/com/acme/tiny/Main.java', 'src/test/java/com/acme/tiny/TinyTest.java'].each {
    def file = new File(basedir, it)
    file.parentFile.mkdirs()
    file.bytes = new File(from, it).bytes
}
assert new File(basedir, 'pom.xml').bytes == new File(from, 'pom.xml').bytes
