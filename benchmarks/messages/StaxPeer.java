// A hand-written StAX reader of a TD3.1 answer into objects, as a peer to measure.
//
//   java StaxPeer.java ANSWER.xml COUNT ROUND_MS ROUNDS    for each line read, one round: microseconds per answer
//
// It reads what our reader reads: every slot, code, author and identifier, dates as instants, unknown slots kept.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

public class StaxPeer {
    record Code(String code, String system, String label) {}
    record Author(String person, List<String> institutions, List<String> roles, List<String> specialties) {}

    static final class Entry {
        String entryUuid, logicalId, status, mimeType, version, uniqueId, patientId, title, comments;
        String hash, languageCode, legalAuthenticator, repositoryUniqueId, sourcePatientId, uri;
        long size = -1;
        Instant creationTime, serviceStartTime, serviceStopTime;
        List<String> sourcePatientInfo = List.of(), referenceIds = List.of();
        Code classCode, typeCode, formatCode, facilityType, practiceSetting;
        final List<Code> confidentialityCodes = new ArrayList<>(2), eventCodes = new ArrayList<>(0);
        final List<Author> authors = new ArrayList<>(2);
        final Map<String, Object> kept = new LinkedHashMap<>(2);
    }

    static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    static final XMLInputFactory FACTORY = XMLInputFactory.newFactory();

    public static void main(String[] args) throws Exception {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_COALESCING, true);
        byte[] data = Files.readAllBytes(Path.of(args[0]));
        int count = Integer.parseInt(args[1]);
        long round = Long.parseLong(args[2]) * 1_000_000;
        List<Entry> entries = read(data);
        Entry first = entries.get(0);
        if (entries.size() != count || first.size != 488 || first.authors.size() != 1 || first.practiceSetting == null
            || first.serviceStopTime == null || first.patientId == null || first.sourcePatientInfo.size() != 3) {
            throw new AssertionError("the peer does not read everything");
        }
        for (long until = System.nanoTime() + 3_000_000_000L; System.nanoTime() < until;) read(data); // let it compile
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (int turn = 0; turn < Integer.parseInt(args[3]) && in.readLine() != null; turn++) {
            long start = THREADS.getCurrentThreadCpuTime(), calls = 0, spent;
            do {
                read(data);
                calls++;
                spent = THREADS.getCurrentThreadCpuTime() - start;
            } while (spent < round);
            System.out.println(spent / 1000.0 / calls);
        }
    }

    static List<Entry> read(byte[] data) throws XMLStreamException {
        XMLStreamReader in = FACTORY.createXMLStreamReader(new ByteArrayInputStream(data));
        List<Entry> entries = new ArrayList<>();
        while (in.hasNext()) {
            if (in.next() == XMLStreamConstants.START_ELEMENT && in.getLocalName().equals("ExtrinsicObject")) {
                entries.add(entry(in));
            }
        }
        return entries;
    }

    static Entry entry(XMLStreamReader in) throws XMLStreamException {
        Entry entry = new Entry();
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String value = in.getAttributeValue(i);
            switch (in.getAttributeLocalName(i)) {
                case "id" -> entry.entryUuid = value;
                case "lid" -> entry.logicalId = value;
                case "status" -> entry.status = value;
                case "mimeType" -> entry.mimeType = value;
                case "objectType" -> { }
                default -> entry.kept.put(in.getAttributeLocalName(i), value);
            }
        }
        while (in.nextTag() == XMLStreamConstants.START_ELEMENT) {
            switch (in.getLocalName()) {
                case "Slot" -> slot(in, entry);
                case "Name" -> entry.title = name(in);
                case "Description" -> entry.comments = name(in);
                case "VersionInfo" -> { entry.version = in.getAttributeValue(null, "versionName"); in.nextTag(); }
                case "Classification" -> classification(in, entry);
                case "ExternalIdentifier" -> identifier(in, entry);
                default -> throw new XMLStreamException("unexpected " + in.getLocalName());
            }
        }
        return entry;
    }

    static void slot(XMLStreamReader in, Entry entry) throws XMLStreamException {
        String name = in.getAttributeValue(null, "name");
        List<String> values = values(in);
        String first = values.isEmpty() ? null : values.get(0);
        switch (name) {
            case "URI" -> entry.uri = first;
            case "creationTime" -> entry.creationTime = instant(first);
            case "hash" -> entry.hash = first;
            case "languageCode" -> entry.languageCode = first;
            case "legalAuthenticator" -> entry.legalAuthenticator = first;
            case "repositoryUniqueId" -> entry.repositoryUniqueId = first;
            case "serviceStartTime" -> entry.serviceStartTime = instant(first);
            case "serviceStopTime" -> entry.serviceStopTime = instant(first);
            case "size" -> entry.size = Long.parseLong(first);
            case "sourcePatientId" -> entry.sourcePatientId = first;
            case "sourcePatientInfo" -> entry.sourcePatientInfo = values;
            case "urn:ihe:iti:xds:2013:referenceIdList" -> entry.referenceIds = values;
            default -> entry.kept.put(name, values);
        }
    }

    static List<String> values(XMLStreamReader in) throws XMLStreamException {
        List<String> values = new ArrayList<>(1);
        in.nextTag();
        while (in.nextTag() == XMLStreamConstants.START_ELEMENT) values.add(in.getElementText().strip());
        in.nextTag();
        return values;
    }

    static String name(XMLStreamReader in) throws XMLStreamException {
        String value = null;
        while (in.nextTag() == XMLStreamConstants.START_ELEMENT) {
            if (value == null) value = in.getAttributeValue(null, "value");
            in.nextTag();
        }
        return value;
    }

    static Instant instant(String text) {
        return LocalDateTime.of(number(text, 0, 4), number(text, 4, 6), number(text, 6, 8),
            number(text, 8, 10), number(text, 10, 12), number(text, 12, 14)).toInstant(ZoneOffset.UTC);
    }

    static int number(String text, int start, int end) {
        return Integer.parseInt(text, start, end, 10);
    }

    static void classification(XMLStreamReader in, Entry entry) throws XMLStreamException {
        String scheme = in.getAttributeValue(null, "classificationScheme");
        if (scheme.equals("urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d")) {
            entry.authors.add(author(in));
            return;
        }
        String representation = in.getAttributeValue(null, "nodeRepresentation"), system = null, label = null;
        while (in.nextTag() == XMLStreamConstants.START_ELEMENT) {
            if (in.getLocalName().equals("Name")) label = name(in);
            else system = values(in).get(0);
        }
        Code code = new Code(representation, system, label);
        switch (scheme) {
            case "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a" -> entry.classCode = code;
            case "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983" -> entry.typeCode = code;
            case "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f" -> entry.confidentialityCodes.add(code);
            case "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4" -> entry.eventCodes.add(code);
            case "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d" -> entry.formatCode = code;
            case "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1" -> entry.facilityType = code;
            case "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead" -> entry.practiceSetting = code;
            default -> entry.kept.put(scheme, code);
        }
    }

    static Author author(XMLStreamReader in) throws XMLStreamException {
        String person = null;
        List<String> institutions = List.of(), roles = List.of(), specialties = List.of();
        while (in.nextTag() == XMLStreamConstants.START_ELEMENT) {
            String name = in.getAttributeValue(null, "name");
            List<String> values = values(in);
            switch (name) {
                case "authorPerson" -> person = values.get(0);
                case "authorInstitution" -> institutions = values;
                case "authorRole" -> roles = values;
                case "authorSpecialty" -> specialties = values;
                default -> { }
            }
        }
        return new Author(person, institutions, roles, specialties);
    }

    static void identifier(XMLStreamReader in, Entry entry) throws XMLStreamException {
        String scheme = in.getAttributeValue(null, "identificationScheme"), value = in.getAttributeValue(null, "value");
        switch (scheme) {
            case "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427" -> entry.patientId = value;
            case "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab" -> entry.uniqueId = value;
            default -> entry.kept.put(scheme, value);
        }
        while (in.nextTag() == XMLStreamConstants.START_ELEMENT) name(in);
    }
}
