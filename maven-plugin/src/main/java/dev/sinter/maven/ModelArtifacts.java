package dev.sinter.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.maven.plugin.MojoFailureException;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;

/**
 * Takes models out of Maven artifacts.
 *
 * @param system
 *            resolves artifacts
 * @param session
 *            with the local repository
 * @param repositories
 *            where to look
 * @param folder
 *            where models are unpacked
 */
record ModelArtifacts(RepositorySystem system, RepositorySystemSession session, List<RemoteRepository> repositories,
        Path folder) {
    /** A model in an artifact, as a file. */
    Path model(ModelConfiguration model) throws MojoFailureException {
        var artifact = artifact(model);
        var file = resolve(artifact, model);
        if (!file.toString().endsWith(".jar") && !file.toString().endsWith(".zip")) {
            return file;
        }
        try (var zip = new ZipFile(file.toFile())) {
            var entry = entry(zip, model);
            var place = folder.resolve(artifact.getGroupId()).resolve(artifact.getArtifactId())
                    .resolve(artifact.getVersion()).resolve(entry.getName()).normalize();
            if (!place.startsWith(folder)) {
                throw new MojoFailureException(model.label() + ": the entry " + entry.getName() + " leaves the jar");
            }
            unpack(zip, entry, place);
            return place;
        } catch (IOException e) {
            throw new MojoFailureException(model.label() + ": " + file + " can't be read: " + e, e);
        }
    }

    private static Artifact artifact(ModelConfiguration model) throws MojoFailureException {
        var text = String.valueOf(model.artifact());
        var parts = text.split(":", -1);
        if (parts.length < 3 || parts.length > 5 || List.of(parts).contains("")) {
            throw new MojoFailureException("<artifact>" + text + "</artifact>: group:artifact:version, and perhaps"
                    + " :type and :classifier, were expected");
        }
        return new DefaultArtifact(parts[0], parts[1], parts.length > 4 ? parts[4] : "",
                parts.length > 3 ? parts[3] : "jar", parts[2]);
    }

    private Path resolve(Artifact artifact, ModelConfiguration model) throws MojoFailureException {
        try {
            return system.resolveArtifact(session, new ArtifactRequest(artifact, repositories, null)).getArtifact()
                    .getFile().toPath();
        } catch (ArtifactResolutionException e) {
            throw new MojoFailureException("<artifact>" + model.artifact() + "</artifact> can't be resolved: "
                    + e.getMessage(), e);
        }
    }

    private static ZipEntry entry(ZipFile zip, ModelConfiguration model) throws MojoFailureException {
        var models = zip.stream().map(ZipEntry::getName).filter(ModelPlan::isModel).toList();
        var name = model.entry() != null ? model.entry() : models.size() == 1 ? models.get(0) : "";
        var entry = zip.getEntry(name);
        if (entry == null) {
            throw new MojoFailureException("<artifact>" + model.artifact() + "</artifact>: " + (model.entry() == null
                    ? "an <entry> is needed, there are "
                    : "there is no entry " + model.entry() + "; there are ")
                    + (models.isEmpty() ? "no files that end in .onnx or .sinter" : models));
        }
        return entry;
    }

    private static void unpack(ZipFile zip, ZipEntry entry, Path place) throws IOException {
        if (Files.isRegularFile(place) && Files.size(place) == entry.getSize()
                && Files.getLastModifiedTime(place).toMillis() == entry.getTime()) {
            return;
        }
        Files.createDirectories(place.getParent());
        try (var in = zip.getInputStream(entry)) {
            Files.copy(in, place, StandardCopyOption.REPLACE_EXISTING);
        }
        place.toFile().setLastModified(entry.getTime());
    }
}
