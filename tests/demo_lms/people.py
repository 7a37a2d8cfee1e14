"""The people, courses and links of Hogeschool Voorbeeld. All of them are invented.

Roles come in the shapes that real platforms send. Some people carry the roles of Canvas (which adds what
somebody is in the institution), others those of Moodle (which does not).

LTI has no role for a coordinator. The coordinator here arrives as somebody does in Canvas who has rights over
a whole programme: Administrator of the institution and of the course, and Instructor in it. Nobody else has
`membership#Administrator`, so a tool can hang its own coordinator role on it; the administrator of the LMS
arrives as in Moodle, without it.

Nor has the vocabulary a membership of observer: there is a Mentor, which Canvas sends for its observers, with
sub-roles such as the Auditor here, and an Observer in the institution, which says nothing about a course.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_DNS, uuid5

from tests.demo_lms.world import Course, Link, Person, Place

_LIS = "http://purl.imsglobal.org/vocab/lis/v2"
LEARNER = f"{_LIS}/membership#Learner"
INSTRUCTOR = f"{_LIS}/membership#Instructor"
MENTOR = f"{_LIS}/membership#Mentor"
TEACHING_ASSISTANT = f"{_LIS}/membership/Instructor#TeachingAssistant"
CONTENT_DEVELOPER = f"{_LIS}/membership#ContentDeveloper"
AUDITOR = f"{_LIS}/membership/Mentor#Auditor"
OBSERVER_HERE = f"{_LIS}/institution/person#Observer"
COURSE_ADMINISTRATOR = f"{_LIS}/membership#Administrator"
STUDENT_HERE = f"{_LIS}/institution/person#Student"
TEACHER_HERE = f"{_LIS}/institution/person#Instructor"
ADMINISTRATOR_HERE = f"{_LIS}/institution/person#Administrator"
SYSTEM_ADMINISTRATOR = f"{_LIS}/system/person#Administrator"
SYSTEM_USER = f"{_LIS}/system/person#User"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

CANVAS_STUDENT = (STUDENT_HERE, LEARNER, SYSTEM_USER)
MOODLE_STUDENT = (LEARNER,)


@dataclass(frozen=True)
class Part:
    """A person to be, and one sentence about what being them shows."""

    person: Person
    nl: str
    en: str
    group: str = "students"
    """Under which heading the first page shows them: students, staff or others."""

    def about(self, language: str) -> str:
        """Give the sentence in Dutch or English."""
        return self.nl if language == "nl" else self.en

    @property
    def short_roles(self) -> str:
        """The roles as people who know LTI say them, each with where it holds."""
        return ", ".join(role.rpartition("/")[2] for role in self.person.roles)


def _student(number: str, given: str, family: str, *, locale: str = "nl", roles: tuple[str, ...]) -> Person:
    return Person(number, given, family, f"{number[:6]}@student.voorbeeld.example", roles, locale)


CAST: dict[str, Part] = {
    "amina": Part(
        _student("a6e2e413-4afb-4b60-90d1-8b0344df3e91", "Amina", "Haddou", roles=CANVAS_STUDENT),
        "Student in het eerste jaar.",
        "Student in the first year.",
    ),
    "bram": Part(
        _student("0c19d7f2-7b2a-4c35-8f5c-1de0b7a2c6a4", "Bram", "de Wit", roles=CANVAS_STUDENT),
        "Student in het eerste jaar.",
        "Student in the first year.",
    ),
    "chiyun": Part(
        _student("d4b8f90e-35a1-4e0d-a7d2-90b16c3f5e28", "Chi-Yun", "Lam", locale="en", roles=CANVAS_STUDENT),
        "Student die de leeromgeving zelf in het Engels heeft staan.",
        "Student whose own language setting is English.",
    ),
    "daan": Part(
        _student(
            "71f3a2c5-e84d-4b19-b6f0-2c9d5a7e1b34",
            "Daan Willem Alexander",
            "van der Meulen-Oosterhuis",
            roles=CANVAS_STUDENT,
        ),
        "Student met een lange naam.",
        "Student with a long name.",
    ),
    "esra": Part(
        _student("105", "Esra", "Çelik", roles=MOODLE_STUDENT),
        "Student die binnenkomt zoals vanuit Moodle.",
        "Student who arrives as from Moodle.",
    ),
    "femke": Part(
        _student("106", "Femke", "Postma", roles=MOODLE_STUDENT),
        "Student die binnenkomt zoals vanuit Moodle.",
        "Student who arrives as from Moodle.",
    ),
    "joost": Part(
        _student("c52e6b07-9d41-4f7a-8a3b-6f1e0d94b7c8", "Joost", "'t Hart", roles=(*CANVAS_STUDENT, TEACHER_HERE)),
        "Werkt als docent bij een andere opleiding, maar is in deze cursus student.",
        "Teaches in another programme, but is a student in this course.",
    ),
    "kwame": Part(
        _student("e90a4d1c-62b7-4c8e-9f25-b3d8170c6ea5", "Kwame", "Osei-Bonsu", locale="en", roles=CANVAS_STUDENT),
        "Student in het eerste jaar.",
        "Student in the first year.",
    ),
    "nameless": Part(
        Person("f81b3d60-4c2e-4a97-8d15-07e6a9c2b45f", None, None, None, CANVAS_STUDENT, None),
        "Student van wie de leeromgeving geen naam en geen e-mailadres doorgeeft.",
        "Student whose name and e-mail address the LMS keeps to itself.",
    ),
    "teacher": Part(
        Person(
            "2b7d5e81-0f6c-4d3a-a9b4-5c1e8f70d296",
            "Marijke",
            "Vos",
            "m.vos@voorbeeld.example",
            (TEACHER_HERE, INSTRUCTOR, SYSTEM_USER),
        ),
        "Docent van de cursus.",
        "Teacher of the course.",
        "staff",
    ),
    "coordinator": Part(
        Person(
            "94c0e6a7-18d3-4b5f-b2e1-d7a60f3c8b19",
            "Ruth",
            "Akkerman",
            "r.akkerman@voorbeeld.example",
            (ADMINISTRATOR_HERE, COURSE_ADMINISTRATOR, INSTRUCTOR),
        ),
        "Coördinator van de opleiding, en docent in elke cursus ervan.",
        "Coordinator of the programme, and teacher in each of its courses.",
        "staff",
    ),
    "administrator": Part(
        Person(
            "2",
            "Sanne",
            "Bakker",
            "beheer@voorbeeld.example",
            (ADMINISTRATOR_HERE, INSTRUCTOR, SYSTEM_ADMINISTRATOR),
        ),
        "Beheerder van de leeromgeving, die binnenkomt zoals vanuit Moodle.",
        "Administrator of the LMS, who arrives as from Moodle.",
        "staff",
    ),
    "teaching_assistant": Part(
        Person(
            "3e19a6d4-b58c-4f02-97ad-c4e7150b8f62",
            "Thijs",
            "Verhoeven",
            "t.verhoeven@voorbeeld.example",
            (TEACHING_ASSISTANT,),
        ),
        "Student-assistent: helpt de docent in deze cursus.",
        "Teaching assistant: helps the teacher in this course.",
        "staff",
    ),
    "nonediting_teacher": Part(
        Person("6", "Hatice", "Yildiz", "h.yildiz@voorbeeld.example", (INSTRUCTOR,)),
        "Docent zonder bewerkrechten, die binnenkomt zoals vanuit Moodle.",
        "Non-editing teacher, who arrives as from Moodle.",
        "staff",
    ),
    "section_teacher": Part(
        Person(
            "6b40c2f9-83ad-4e17-b5d8-91f0e7a36c24",
            "Yara",
            "Willems",
            "y.willems@voorbeeld.example",
            (TEACHER_HERE, INSTRUCTOR, SYSTEM_USER),
        ),
        "Docent van een van de twee klassen: Canvas laat haar alleen de mensen van haar eigen sectie zien.",
        "Teacher of one of the two classes: Canvas shows her only the people of her own section.",
        "staff",
    ),
    "designer": Part(
        Person(
            "a80f6c31-27de-4b95-8c60-f9d1e35b7a48",
            "Pieter",
            "Smeets",
            "p.smeets@voorbeeld.example",
            (CONTENT_DEVELOPER,),
        ),
        "Ontwerper: maakt de cursus, maar geeft er geen les in.",
        "Designer: makes the course, but does not teach it.",
        "staff",
    ),
    "site_administrator": Part(
        Person(
            "c7d20e95-6f1b-4a38-b942-08e5a1f6d37c",
            "Ilse",
            "de Groot",
            "i.degroot@voorbeeld.example",
            (ADMINISTRATOR_HERE, SYSTEM_ADMINISTRATOR),
        ),
        "Beheerder van de leeromgeving die niet aan de cursus meedoet.",
        "Administrator of the LMS who is no member of the course.",
        "staff",
    ),
    "test_student": Part(
        Person(
            "5d3c9a18-e7b0-4162-9c4f-a80b6d2e7f53",
            "Test",
            "Student",
            None,
            (LEARNER, TEST_USER),
        ),
        "De teststudent waarmee een docent in Canvas de cursus bekijkt.",
        "The test student as whom a teacher looks at a course in Canvas.",
        "others",
    ),
    "no_role": Part(
        Person("b06f2e4d-5a83-4d7c-8e91-3c7b9d1a0f62", "Olaf", "Prins", "o.prins@voorbeeld.example", ()),
        "Iemand zonder rol in de cursus.",
        "Somebody without a role in the course.",
        "others",
    ),
    "mentor": Part(
        Person(
            "18e7b5c3-d92f-4a06-b74d-6e0f3a81c95d",
            "Nadia",
            "Bouzid",
            "n.bouzid@voorbeeld.example",
            (MENTOR,),
        ),
        "Meekijker: ziet de cursus, maar is geen student en geen docent.",
        "Observer: sees the course, but is neither student nor teacher.",
        "others",
    ),
    "auditor": Part(
        Person(
            "f2b8d70a-91c4-4e5f-a3d6-7b60c9e81d25",
            "Wim",
            "Janssen",
            "w.janssen@voorbeeld.example",
            (AUDITOR, OBSERVER_HERE),
        ),
        "Toehoorder: kijkt mee om de opleiding te beoordelen.",
        "Auditor: looks along to review the programme.",
        "others",
    ),
}
"""Every person to be, by a short name that the addresses of the demo LMS use."""


def _classmate(given: str, family: str) -> Person:
    number = str(uuid5(NAMESPACE_DNS, f"{given}.{family}.voorbeeld.example"))
    return _student(number, given, family, roles=CANVAS_STUDENT)


CLASSMATES: dict[str, Person] = {
    "aylin": _classmate("Aylin", "Demir"),
    "bas": _classmate("Bas", "Jansen"),
    "cem": _classmate("Cem", "Kaya"),
    "djamila": _classmate("Djamila", "El Idrissi"),
    "eline": _classmate("Eline", "de Boer"),
    "fatoumata": _classmate("Fatoumata", "Diallo"),
    "gijs": _classmate("Gijs", "Mulder"),
    "hannah": _classmate("Hannah", "Visser"),
    "ilias": _classmate("Ilias", "Benali"),
    "jade": _classmate("Jade", "Martina"),
    "kim": _classmate("Kim", "Nguyen"),
    "lotte": _classmate("Lotte", "van Dijk"),
    "milan": _classmate("Milan", "Pinas"),
    "noor": _classmate("Noor", "Hoekstra"),
    "oscar": _classmate("Oscar", "Kowalski"),
    "priya": _classmate("Priya", "Ramdin"),
    "roos": _classmate("Roos", "Dekker"),
}
"""The rest of the class, about whom there is nothing to say; with the students of the cast they are 26."""

PEOPLE: dict[str, Person] = {name: part.person for name, part in CAST.items()} | CLASSMATES
"""The people alone, for tests."""

CLASS: tuple[str, ...] = (*(name for name, part in CAST.items() if part.group == "students"), *CLASSMATES)
"""The students of the first course."""

_SECTIONS: dict[str, dict[str, str]] = {
    "4101": {
        "8a1d0c5be2f74936a0b8d1c7e5f3429610d7ab83": "amina bram chiyun daan",
        "1f6e93b7c04d8a52e7b19c3f60d5a2847be0c915": "esra femke aylin bas",
        "c3b75e08d92f4a61b8e07d3c15fa94620e7d1b8f": "cem djamila eline fatoumata gijs",
    },
    "4102": {
        "60d4f18ea7b25c93d0e6b17fa48c3952e71db0c6": "joost kwame nameless hannah",
        "b92e57c1f03a6d84e15b7c90d3f8a2641ec5d07b": "ilias jade kim lotte",
        "e7c20a94d5b18f36ca07e92bd14f6c8530a9b1d2": "milan noor oscar priya roos",
    },
}
"""The two sections of the first course with their small groups, identified as Canvas does it."""

_PLACES: dict[str, Place] = {
    PEOPLE[name].id: Place((group,), (section,))
    for section, groups in _SECTIONS.items()
    for group, names in groups.items()
    for name in names.split()
} | {
    PEOPLE["teacher"].id: Place(sections=tuple(_SECTIONS)),
    PEOPLE["section_teacher"].id: Place(sections=("4102",), is_restricted=True),
}

COURSES: dict[str, Course] = {
    "sw1": Course(
        "4dde05e8ca1973bcca9bffc13e1548820eee93a3",
        "SW1-2026",
        "Sociaal werk, jaar 1",
        {
            "line": Link("0d5a7c9e-1b1e-4f6d-9a8b-2f7f5b1d9c11", "Leerlijn jaar 1", "Week 1 tot en met 8."),
            "unit": Link("7c41f0b3-98d2-4e65-b1a7-e5d03c6f2a84", "Leerlijn, onderdeel 1"),
        },
        places=_PLACES,
    ),
    "sw1b": Course(
        "17",
        "SW1B-2026",
        "Sociaal werk, jaar 1, deeltijd",
        {"line": Link("8", "Leerlijn jaar 1, deeltijd", "Nog in voorbereiding: de docent opent deze klas.")},
        "CourseSection",
    ),
}
"""The courses: the first identified as Canvas does it, the second as Moodle does."""
